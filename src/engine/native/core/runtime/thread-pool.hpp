// A few threads that share numbered tasks. The caller works too, so a pool of one is the caller alone, and a helper
// that is not scheduled delays nothing: each thread claims the next task when it is free.
//
// What a task computes must depend on its number and on nothing else; then so does the result, whatever the number of
// threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lawn {

constexpr int kMostThreads = 256;

class ThreadPool {
 public:
  /// task, and the number of the thread that runs it, in [0, threads).
  using Task = std::function<void(int64_t task, int thread)>;

  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return int(helpers_.size()) + 1; }

  /// Runs tasks 0 .. tasks - 1 and returns when all are done. One caller at a time. Tasks must not throw.
  void run(int64_t tasks, const Task& task);

 private:
  void stop();
  void help(int thread);
  bool takeOne(int thread);

  // One word that says everything about the open job, so that a thread that comes late can claim nothing of the wrong
  // job: [generation 16 | tasks 24 | next task 24].
  std::atomic<uint64_t> ticket_{0};
  std::atomic<const Task*> task_{nullptr};
  std::atomic<int64_t> unfinished_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> closing_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> helpers_;
};

}  // namespace lawn

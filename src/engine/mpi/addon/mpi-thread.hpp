// The one thread that speaks MPI, from its initialisation to its end, and the functions of ExchangeTable on it: callers
// on other threads wait until it has done their work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/exchange/exchange-table.hpp"

namespace lawn {

class MpiThread {
 public:
  /// Initialises MPI; throws std::runtime_error where that fails.
  MpiThread();
  ~MpiThread() { close(); }
  MpiThread(const MpiThread&) = delete;
  MpiThread& operator=(const MpiThread&) = delete;

  const ExchangeTable& table() const { return table_; }
  /// Of the library, in its own words.
  const std::string& library() const { return library_; }

  /// Runs `work` on the thread. Calls must come one at a time.
  void run(const std::function<void()>& work);
  /// Bytes of rank `root` to all.
  void broadcast(void* bytes, int64_t count, int root);
  void allGather(void* words, const int64_t* offsets);
  void allToAll(const void* out, const int64_t* outOffsets, void* in, const int64_t* inOffsets);
  /// Ends MPI, which all ranks have to do; nothing may be called afterwards.
  void close();

 private:
  void serve();
  void initialise();

  ExchangeTable table_{};
  std::string library_, failure_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  bool isReady_ = false, isClosing_ = false;
  std::thread thread_;
};

}  // namespace lawn

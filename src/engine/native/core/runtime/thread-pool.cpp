// See thread-pool.hpp.
#include "core/runtime/thread-pool.hpp"

namespace lawn {

namespace {

constexpr int kTaskBits = 24;
constexpr uint64_t kTaskMask = (uint64_t(1) << kTaskBits) - 1;
constexpr int64_t kMostTasks = int64_t(1) << 20;  // room above for claims by threads that come late

uint64_t nextTask(uint64_t ticket) { return ticket & kTaskMask; }
uint64_t taskCount(uint64_t ticket) { return (ticket >> kTaskBits) & kTaskMask; }

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Steps come every few microseconds while a span runs; helpers stay awake between them, but not between spans.
constexpr int kSpinsBeforeSleep = 4000;
constexpr int kSpinsBeforeYield = 200;

}  // namespace

ThreadPool::ThreadPool(int threads) {
  try {
    for (int thread = 1; thread < threads; thread++) helpers_.emplace_back([this, thread] { help(thread); });
  } catch (...) {  // the machine gives no more threads; those there are must not outlive the pool
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void ThreadPool::run(int64_t tasks, const Task& task) {
  if (tasks > kMostTasks) {
    const int64_t half = tasks / 2;
    run(half, task);
    return run(tasks - half, [&](int64_t t, int thread) { task(half + t, thread); });
  }
  if (helpers_.empty() || tasks <= 1) {
    for (int64_t t = 0; t < tasks; t++) task(t, 0);
    return;
  }
  unfinished_.store(tasks, std::memory_order_relaxed);
  task_.store(&task, std::memory_order_relaxed);
  const uint64_t generation = (ticket_.load(std::memory_order_relaxed) >> (2 * kTaskBits)) + 1;
  ticket_.store(generation << (2 * kTaskBits) | uint64_t(tasks) << kTaskBits);  // publishes the two stores above
  if (sleeping_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    wake_.notify_all();
  }
  while (takeOne(0)) {
  }
  for (int spins = 0; unfinished_.load(std::memory_order_acquire) > 0; spins++) {
    pause();
    if (spins >= kSpinsBeforeYield) std::this_thread::yield();
  }
}

bool ThreadPool::takeOne(int thread) {
  uint64_t ticket = ticket_.load();
  if (nextTask(ticket) >= taskCount(ticket)) return false;
  ticket = ticket_.fetch_add(1);
  if (nextTask(ticket) >= taskCount(ticket)) return false;
  // The job cannot end before this task does, so its task_ is still there.
  (*task_.load(std::memory_order_relaxed))(int64_t(nextTask(ticket)), thread);
  unfinished_.fetch_sub(1, std::memory_order_release);
  return true;
}

void ThreadPool::help(int thread) {
  for (int idle = 0; !closing_;) {
    if (takeOne(thread)) {
      idle = 0;
    } else if (++idle < kSpinsBeforeSleep) {
      pause();
    } else {
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [this] {
        const uint64_t ticket = ticket_.load();
        return closing_ || nextTask(ticket) < taskCount(ticket);
      });
      sleeping_.fetch_sub(1);
      idle = 0;
    }
  }
}

}  // namespace lawn

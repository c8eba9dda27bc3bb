// See mpi-thread.hpp. Errors inside MPI end the job: its own handler says which, and aborts.
#include "mpi-thread.hpp"

#include <dlfcn.h>
#include <mpi.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace lawn {

namespace {

/// Open MPI loads parts of itself that look for its symbols among the global ones; Node loads addons with theirs
/// hidden.
void showSymbols() {
  Dl_info found{};
  if (dladdr(reinterpret_cast<void*>(&MPI_Init_thread), &found) == 0 || found.dli_fname == nullptr) return;
  dlopen(found.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

/// Counts in MPI are of 32 bits.
constexpr int64_t kMostCount = int64_t(1) << 30;

struct Counts {
  std::vector<int> lengths, begins;
  bool fits = true;
  Counts(const int64_t* offsets, int64_t ranks) {
    for (int64_t rank = 0; rank < ranks; rank++) {
      lengths.push_back(int(offsets[rank + 1] - offsets[rank]));
      begins.push_back(int(offsets[rank]));
    }
    fits = offsets[ranks] <= kMostCount;
  }
};

}  // namespace

MpiThread::MpiThread() : thread_([this] { serve(); }) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return isReady_; });
  if (failure_.empty()) return;
  lock.unlock();
  thread_.join();
  throw std::runtime_error(failure_);
}

void MpiThread::initialise() {
  showSymbols();
  int provided = 0, rank = 0, ranks = 0, length = 0;
  char version[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  MPI_Get_library_version(version, &length);
  library_ = std::string(version, size_t(length));
  library_ = library_.substr(0, library_.find_first_of("\n"));
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    failure_ = "MPI cannot be initialised";
  } else if (provided < MPI_THREAD_FUNNELED) {
    failure_ = "this MPI was built without threads (MPI_THREAD_FUNNELED)";
  }
  if (!failure_.empty()) return;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  table_ = {
      .version = kExchangeVersion,
      .rank = rank,
      .ranks = ranks,
      .context = this,
      .allGather = [](void* self, void* words,
                      const int64_t* offsets) { static_cast<MpiThread*>(self)->allGather(words, offsets); },
      .allToAll =
          [](void* self, const void* out, const int64_t* outOffsets, void* in, const int64_t* inOffsets) {
            static_cast<MpiThread*>(self)->allToAll(out, outOffsets, in, inOffsets);
          },
  };
}

void MpiThread::serve() {
  initialise();
  std::unique_lock<std::mutex> lock(mutex_);
  isReady_ = true;
  changed_.notify_all();
  if (!failure_.empty()) return;
  while (true) {
    changed_.wait(lock, [this] { return work_ != nullptr || isClosing_; });
    if (work_ == nullptr) break;
    lock.unlock();
    (*work_)();
    lock.lock();
    work_ = nullptr;
    changed_.notify_all();
  }
  lock.unlock();
  MPI_Finalize();
}

void MpiThread::run(const std::function<void()>& work) {
  std::unique_lock<std::mutex> lock(mutex_);
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [this] { return work_ == nullptr; });
}

void MpiThread::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    isClosing_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void MpiThread::broadcast(void* bytes, int64_t count, int root) {
  run([&] {
    for (int64_t at = 0; at < count; at += kMostCount) {
      MPI_Bcast(static_cast<char*>(bytes) + at, int(std::min(kMostCount, count - at)), MPI_BYTE, root, MPI_COMM_WORLD);
    }
  });
}

void MpiThread::allGather(void* words, const int64_t* offsets) {
  run([&] {
    const Counts counts(offsets, table_.ranks);
    if (!counts.fits) {  // beyond what one call counts: rank by rank
      for (int64_t rank = 0; rank < table_.ranks; rank++) {
        for (int64_t at = offsets[rank]; at < offsets[rank + 1]; at += kMostCount) {
          MPI_Bcast(static_cast<float*>(words) + at, int(std::min(kMostCount, offsets[rank + 1] - at)), MPI_FLOAT,
                    int(rank), MPI_COMM_WORLD);
        }
      }
      return;
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, words, counts.lengths.data(), counts.begins.data(), MPI_FLOAT,
                   MPI_COMM_WORLD);
  });
}

void MpiThread::allToAll(const void* out, const int64_t* outOffsets, void* in, const int64_t* inOffsets) {
  run([&] {
    const Counts sent(outOffsets, table_.ranks), received(inOffsets, table_.ranks);
    // What a chunk of a batch sends is far below; a block of shared negatives of millions of rows need not be.
    if (!sent.fits || !received.fits) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Alltoallv(out, sent.lengths.data(), sent.begins.data(), MPI_FLOAT, in, received.lengths.data(),
                  received.begins.data(), MPI_FLOAT, MPI_COMM_WORLD);
  });
}

}  // namespace lawn

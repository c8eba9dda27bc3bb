// Memory for kernels: aligned to a cache line, zeroed, owned.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lawn {

/// From this size on, memory is requested in huge pages: tables and logs are read at random, where a TLB miss costs
/// as much as the row itself.
constexpr size_t kHugePageBytes = size_t(1) << 21;

/// Bytes in all arrays of this process. Its resident size would not show what was freed: allocators keep some.
inline std::atomic<int64_t> arrayBytes{0};

template <typename T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(int64_t size) : size_(size) {
    if (size == 0) return;
    const size_t wanted = size_t(size) * sizeof(T);
    const size_t alignment = alignmentOf(size);
    const size_t bytes = (wanted + alignment - 1) / alignment * alignment;
    // Windows has no std::aligned_alloc. Without nothrow, a sanitizer would end the process where there is no memory.
    data_ = static_cast<T*>(::operator new(bytes, std::align_val_t(alignment), std::nothrow));
    if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == kHugePageBytes) {
      madvise(data_, bytes, MADV_HUGEPAGE);  // only a hint: without huge pages it is slower
    }
#endif
    std::memset(static_cast<void*>(data_), 0, wanted);
    arrayBytes += int64_t(wanted);
  }
  AlignedArray(AlignedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedArray& operator=(AlignedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~AlignedArray() {
    ::operator delete(data_, std::align_val_t(alignmentOf(size_)));
    arrayBytes -= size_ * int64_t(sizeof(T));
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t size() const { return size_; }
  T& operator[](int64_t i) { return data_[i]; }
  const T& operator[](int64_t i) const { return data_[i]; }

  /// At least `size` elements; what was inside is lost when it has to grow.
  void reserve(int64_t size) {
    if (size > size_) *this = AlignedArray(size);
  }

 private:
  static size_t alignmentOf(int64_t size) { return size_t(size) * sizeof(T) >= kHugePageBytes ? kHugePageBytes : 64; }

  T* data_ = nullptr;
  int64_t size_ = 0;
};

inline int64_t roundUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }
inline int64_t divideUp(int64_t value, int64_t by) { return (value + by - 1) / by; }

/// Bits of a number below `values`; at least 1.
inline int64_t bitsFor(int64_t values) {
  int64_t bits = 1;
  while ((int64_t(1) << bits) < values) bits++;
  return bits;
}

}  // namespace lawn

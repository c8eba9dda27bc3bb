// What an x86-64 processor can do that its operating system lets it do, by CPUID and XGETBV (Intel's manual, volume 1,
// 14.3 and 15.3). A compiler's __builtin_cpu_supports asks its runtime library, and that of Zig 0.17 knows nothing.
#pragma once

#include <cpuid.h>

#include <cstdint>

namespace lawn {

struct Processor {
  bool avx2 = false;    // with FMA
  bool avx512 = false;  // F, DQ, BW and VL, with FMA
};

/// Which registers are kept when another process runs: bits 1 and 2 for those of AVX, 5 to 7 for those of AVX-512.
inline uint32_t savedRegisters() {
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

inline Processor readProcessor() {
  const auto hasAll = [](uint32_t found, uint32_t wanted) { return (found & wanted) == wanted; };
  constexpr uint32_t kFma = 1u << 12, kOsXsave = 1u << 27, kAvx = 1u << 28;
  constexpr uint32_t kAvx2 = 1u << 5, kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  constexpr uint32_t kSavesAvx = 0x6, kSavesAvx512 = 0xe6;

  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !hasAll(c, kFma | kOsXsave | kAvx)) return {};
  const uint32_t saved = savedRegisters();
  if (!hasAll(saved, kSavesAvx) || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return {};
#if defined(__APPLE__)
  const bool savesAvx512 = true;  // macOS begins to keep them at their first use, and says so only then
#else
  const bool savesAvx512 = hasAll(saved, kSavesAvx512);
#endif
  return {.avx2 = hasAll(b, kAvx2), .avx512 = hasAll(b, kAvx2 | kAvx512) && savesAvx512};
}

}  // namespace lawn

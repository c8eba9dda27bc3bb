// Sums over the samples of a block, in four accumulators (sample s in number s mod 4): one alone would wait for its
// own latency at every sample.
#pragma once

#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

struct StaggeredSum {
  Floats parts[4] = {};

  /// Calls `add(part, s)` for s in [0, count).
  template <typename Add>
  LAWN_INLINE void forEach(int64_t count, Add&& add) {
    int64_t s = 0;
    for (; s + 4 <= count; s += 4) {
#pragma GCC unroll 4
      for (int part = 0; part < 4; part++) add(parts[part], s + part);
    }
    for (; s < count; s++) add(parts[0], s);
  }

  LAWN_INLINE Floats total() const { return (parts[0] + parts[1]) + (parts[2] + parts[3]); }
};

/// into += the rows of [count][pad] added up.
inline void addColumnSums(float* into, const float* rows, int64_t count, int64_t pad) {
  for (int64_t at = 0; at < pad; at += kLanes) {
    StaggeredSum sum;
    sum.forEach(count, [&](Floats& part, int64_t s) LAWN_INLINE_LAMBDA { part += load(rows + s * pad + at); });
    store(into + at, load(into + at) + sum.total());
  }
}

}  // namespace lawn::LAWN_ISA

// Entities as weighted sums of table rows, and the way back of their gradients. A sum has the order of its entries, so
// that it is the same bits whoever takes it. Twin: src/ranker/side.ts.
#pragma once

#include "kernels/sides/sides-table.hpp"
#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

/// Entities, or runs, between a prefetch of their rows and the use of those; and entries within a long one.
constexpr int64_t kSumsAhead = 2;
constexpr uint32_t kEntriesAhead = 12;

/// to = sum of weights times rows of `from`, a piece of the width at a time, or four whole vectors.
struct SumRows {
  const float* from;
  int64_t width;
  const uint32_t* rows;
  const float* weights;
  uint32_t count;
  float* to;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    auto sum = broadcast<N>(0);
    for (uint32_t k = 0; k < count; k++) {
      if (at == 0 && k + kEntriesAhead < count) prefetchRow(from + rows[k + kEntriesAhead] * width, width);
      sum += weights[k] * load<N>(from + rows[k] * width + at);
    }
    store<N>(to + at, sum);
  }
  LAWN_INLINE void runFour(int64_t at) {
    Floats sums[4] = {};
    for (uint32_t k = 0; k < count; k++) {
      if (at == 0 && k + kEntriesAhead < count) prefetchRow(from + rows[k + kEntriesAhead] * width, width);
      const float* row = from + rows[k] * width + at;
#pragma GCC unroll 4
      for (int v = 0; v < 4; v++) sums[v] += weights[k] * load(row + v * kLanes);
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) store(to + at + v * kLanes, sums[v]);
  }
  LAWN_INLINE void all() {
    int64_t at = 0;
    for (; at + 4 * kLanes <= width; at += 4 * kLanes) runFour(at);
    forEachPiece(width, *this, at);
  }
  /// The first entries, which come sooner than `run` could ask for them.
  LAWN_INLINE void prefetch() const {
    for (uint32_t k = 0; k < count && k < kEntriesAhead; k++) prefetchRow(from + rows[k] * width, width);
  }
};

inline void mixRows(const MixView& view, int64_t begin, int64_t end) {
  const auto sumAt = [&](int64_t k) LAWN_INLINE_LAMBDA {
    const int64_t entity = view.entities == nullptr ? k : view.entities[k];
    const uint32_t leftOut = view.isWithoutId == nullptr ? 0 : view.isWithoutId[k];
    const uint32_t first = view.offsets[entity] + leftOut;
    return SumRows{
        .from = view.table,
        .width = view.width,
        .rows = view.rows + first,
        .weights = view.weights + first,
        .count = view.offsets[entity + 1] - first,
        .to = view.mixed + entity * view.width,
    };
  };
  for (int64_t k = begin; k < end; k++) {
    if (k + kSumsAhead < end) sumAt(k + kSumsAhead).prefetch();
    sumAt(k).all();
  }
}

inline void spreadRows(const SpreadView& view, int64_t beginRun, int64_t endRun) {
  const auto sumAt = [&](int64_t run) LAWN_INLINE_LAMBDA {
    const uint32_t first = view.starts[run];
    return SumRows{
        .from = view.mixedGradient,
        .width = view.width,
        .rows = view.entities + first,
        .weights = view.weights + first,
        .count = view.starts[run + 1] - first,
        .to = view.gradient + view.rows[run] * view.width,
    };
  };
  for (int64_t run = beginRun; run < endRun; run++) {
    if (run + kSumsAhead < endRun) sumAt(run + kSumsAhead).prefetch();
    sumAt(run).all();
  }
}

}  // namespace lawn::LAWN_ISA

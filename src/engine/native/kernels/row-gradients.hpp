// From samples to table rows: the gradients of tables, summed row by row in the order of the samples, so that they are
// the same bits whatever the number of threads.
#pragma once

#include "kernels/column-sums.hpp"
#include "kernels/first-layer-halves.hpp"
#include "kernels/gemm.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn::LAWN_ISA {

/// Samples between a prefetch and its use.
constexpr int64_t kSamplesAhead = 16;

/// Rows likewise: a table far beyond the cache is read at random, as fast as many rows are on their way at once.
constexpr int64_t kRowsAhead = 8;

/// Samples of one run: begin .. end of `order`, or of the samples themselves where that is null.
struct RunSpan {
  const uint32_t* order;
  uint32_t begin, end;
  uint32_t last;  // end of all runs of this call: what may be prefetched
};

/// into += rows of deltas: `Vectors` vectors of them side by side. In the same loop, if Width > 0, intoProduct += slope
/// times the other side's row of Width floats: a run is short, and every loop costs a mispredicted branch.
template <int Vectors, int Width, bool Ordered>
LAWN_INLINE void addRun(const RunSpan& run, const float* deltas, int64_t stride, float* into, const float* slopes,
                        const uint32_t* others, const float* otherTable, float* intoProduct) {
  Floats sums[Vectors];
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; v++) sums[v] = load(into + v * kLanes);
  constexpr int width = Width > 0 ? Width : 1;
  auto product = broadcast<width>(0);
  if constexpr (Width > 0) product = load<width>(intoProduct);
  for (uint32_t k = run.begin; k < run.end; k++) {
    int64_t sample = k;
    if constexpr (Ordered) {
      sample = run.order[k];
      const uint32_t ahead = k + kSamplesAhead < run.last ? k + kSamplesAhead : k;
      prefetchRow(deltas + run.order[ahead] * stride, Vectors * kLanes);
    }
    const float* row = deltas + sample * stride;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) sums[v] += load(row + v * kLanes);
    if constexpr (Width > 0) product += slopes[sample] * load<width>(otherTable + others[sample] * int64_t(Width));
  }
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; v++) store(into + v * kLanes, sums[v]);
  if constexpr (Width > 0) store<width>(intoProduct, product);
}

/// into += slope times the other side's row, over the samples of a run.
struct AddScaledRows {
  float* into;
  const float* table;
  int64_t width;
  const float* slopes;
  const uint32_t *others, *order;
  uint32_t begin, end;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    auto sum = load<N>(into + at);
    for (uint32_t k = begin; k < end; k++) {
      const int64_t sample = order != nullptr ? order[k] : k;
      sum += slopes[sample] * load<N>(table + others[sample] * width + at);
    }
    store<N>(into + at, sum);
  }
};

/// The width of GMF that is summed together with the deltas; others have a loop of their own.
constexpr int kJoinedWidth = 8;

template <bool Ordered>
LAWN_INLINE void addRunsOf(const RankerView& ranker, const SamplesView& samples, const RunsView& runs,
                           const SideGradients& gradients, int64_t beginRun, int64_t endRun) {
  const int64_t pad = ranker.firstPad, gmf = ranker.gmf, dot = ranker.dot;
  const uint32_t* otherRows = samples.sides[otherSide(runs.side)].rows;
  const SideView& other = ranker.sides[otherSide(runs.side)];
  constexpr int vectors = kLanes >= 16 ? 2 : 4;
  const bool isJoined = gmf == kJoinedWidth && pad >= vectors * kLanes;
  for (int64_t r = beginRun; r < endRun; r++) {
    const uint32_t begin = runs.starts[r], end = runs.starts[r + 1];
    const RunSpan run{.order = runs.order, .begin = begin, .end = end, .last = runs.starts[endRun]};
    const int64_t row = gradients.rows[runs.slots[r]];
    if (r + kRowsAhead < endRun) {
      const int64_t rowAhead = gradients.rows[runs.slots[r + kRowsAhead]];
      const uint32_t ahead = runs.starts[r + kRowsAhead];
      const int64_t otherAhead = otherRows[Ordered ? runs.order[ahead] : ahead];  // of a short run all there is
      if (gmf > 0) prefetchRow(gradients.gmf + rowAhead * gmf, gmf);
      if (gmf > 0) prefetchRow(other.gmf + otherAhead * gmf, gmf);
      if (dot > 0) prefetchRow(other.dot + otherAhead * dot, dot);
      if (dot > 0) prefetchRow(gradients.dot + rowAhead * dot, dot);
    }
    float* sums = gradients.sums + runs.slots[r] * pad;
    int64_t at = 0;
    if (isJoined) {
      addRun<vectors, kJoinedWidth, Ordered>(run, samples.firstDeltas, pad, sums, samples.slopes, otherRows, other.gmf,
                                             gradients.gmf + row * gmf);
      at += vectors * kLanes;
    }
    for (; at + vectors * kLanes <= pad; at += vectors * kLanes) {
      addRun<vectors, 0, Ordered>(run, samples.firstDeltas + at, pad, sums + at, nullptr, nullptr, nullptr, nullptr);
    }
    for (; at < pad; at += kLanes) {
      addRun<1, 0, Ordered>(run, samples.firstDeltas + at, pad, sums + at, nullptr, nullptr, nullptr, nullptr);
    }
    const auto addScaledRows = [&](float* into, const float* table, int64_t width) LAWN_INLINE_LAMBDA {
      AddScaledRows add{
          .into = into,
          .table = table,
          .width = width,
          .slopes = samples.slopes,
          .others = otherRows,
          .order = runs.order,
          .begin = begin,
          .end = end,
      };
      forEachPiece(width, add);
    };
    if (gmf > 0 && !isJoined) addScaledRows(gradients.gmf + row * gmf, other.gmf, gmf);
    if (dot > 0) addScaledRows(gradients.dot + row * dot, other.dot, dot);
    if (gradients.bias != nullptr) {
      float sum = gradients.bias[row];
      for (uint32_t k = begin; k < end; k++) sum += samples.slopes[Ordered ? runs.order[k] : k];
      gradients.bias[row] = sum;
    }
  }
}

inline void addRuns(const RankerView& ranker, const SamplesView& samples, const RunsView& runs,
                    const SideGradients& gradients, int64_t beginRun, int64_t endRun) {
  if (runs.order != nullptr) addRunsOf<true>(ranker, samples, runs, gradients, beginRun, endRun);
  else addRunsOf<false>(ranker, samples, runs, gradients, beginRun, endRun);
}

/// dE = sums W0, dW0 += sums^T E, db0 += sums, for one block of slots.
inline void embeddingGradients(const RowsView& view, int64_t begin, int64_t count) {
  const float* sums = view.sums + begin * view.firstPad;
  // Written below: on their way while the products are computed.
  for (int64_t s = 0; s < count; s++) {
    prefetchRow(view.embeddingGradient + view.gradientRows[begin + s] * view.embedding, view.embedding);
  }
  multiply({
      .rows = view.firstWidth,
      .columns = view.embeddingPad,
      .terms = count,
      .a = sums,
      .aRowStride = 1,
      .aTermStride = view.firstPad,
      .b = view.gathered + begin * view.embeddingPad,
      .bStride = view.embeddingPad,
      .c = view.weightGradient,
      .cStride = view.embeddingPad,
      .accumulate = true,
  });
  multiply({
      .rows = count,
      .columns = view.embeddingPad,
      .terms = view.firstWidth,
      .a = sums,
      .aRowStride = view.firstPad,
      .aTermStride = 1,
      .b = view.weight,
      .bStride = view.embeddingPad,
      .c = view.product,
      .cStride = view.embeddingPad,
  });
  for (int64_t s = 0; s < count; s++) {
    float* gradient = view.embeddingGradient + view.gradientRows[begin + s] * view.embedding;
    CopyRow copy{view.product + s * view.embeddingPad, gradient};
    forEachPiece(view.embedding, copy);
  }
  if (view.biasGradient != nullptr) addColumnSums(view.biasGradient, sums, count, view.firstPad);
}

/// From sum of slope * other: the head's gradient (times this side's row) and the row's own (times the head).
struct FinishGmf {
  const float *row, *head;
  float *gradient, *headGradient;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto sum = load<N>(gradient + at);
    if (headGradient != nullptr) store<N>(headGradient + at, load<N>(headGradient + at) + sum * load<N>(row + at));
    store<N>(gradient + at, sum * load<N>(head + at));
  }
};

inline void rowGradients(const RowsView& view, int64_t beginSlot, int64_t endSlot) {
  for (int64_t at = beginSlot; at < endSlot; at += kBlockSamples) {
    const int64_t count = endSlot - at < kBlockSamples ? endSlot - at : kBlockSamples;
    if (view.firstPad > 0) embeddingGradients(view, at, count);
    if (view.gmf == 0) continue;
    for (int64_t s = at; s < at + count; s++) {
      FinishGmf finish{
          .row = view.gmfTable + view.rows[s] * view.gmf,
          .head = view.headGmf,
          .gradient = view.gmfGradient + view.gradientRows[s] * view.gmf,
          .headGradient = view.headGmfGradient,
      };
      forEachPiece(view.gmf, finish);
    }
  }
}

}  // namespace lawn::LAWN_ISA

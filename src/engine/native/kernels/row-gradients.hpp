// Between samples and table rows: first-layer halves per distinct row, and the gradients of tables, summed row by row in the
// order of the samples, so that they are the same bits whatever the number of threads.
#pragma once

#include "gemm.hpp"
#include "kernel-table.hpp"

namespace lawn::LAWN_ISA {

/// Samples between a prefetch and its use.
constexpr int64_t kSamplesAhead = 16;

/// into += the listed rows of `deltas`, `Vectors` vectors of them side by side.
template <int Vectors>
LAWN_INLINE void addRows(float* into, const float* deltas, int64_t stride, const uint32_t* order, uint32_t begin, uint32_t end) {
  Floats sums[Vectors];
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; v++) sums[v] = load(into + v * kLanes);
  for (uint32_t k = begin; k < end; k++) {
    const float* row = deltas + int64_t(order != nullptr ? order[k] : k) * stride;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) sums[v] += load(row + v * kLanes);
  }
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; v++) store(into + v * kLanes, sums[v]);
}

/// into += slope times the other side's row, over the listed samples.
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

inline void addRuns(const RankerView& ranker, const SamplesView& samples, const RunsView& runs, const SideView& side,
                    int64_t beginRun, int64_t endRun) {
  uint32_t fetched = runs.starts[beginRun];
  for (int64_t r = beginRun; r < endRun; r++) {
    const uint32_t begin = runs.starts[r], end = runs.starts[r + 1];
    const int64_t row = runs.own[runs.order != nullptr ? runs.order[begin] : begin];
    if (ranker.firstPad > 0) {
      const int64_t pad = ranker.firstPad;
      float* sums = side.sums + runs.slots[r] * pad;
      if (runs.order != nullptr) {
        const int64_t ahead = int64_t(end) + kSamplesAhead, last = runs.starts[endRun];
        for (; fetched < (ahead < last ? ahead : last); fetched++) prefetchRow(samples.firstDeltas + runs.order[fetched] * pad, pad);
      }
      int64_t at = 0;
      for (; at + 4 * kLanes <= pad; at += 4 * kLanes) addRows<4>(sums + at, samples.firstDeltas + at, pad, runs.order, begin, end);
      for (; at < pad; at += kLanes) addRows<1>(sums + at, samples.firstDeltas + at, pad, runs.order, begin, end);
    }
    if (ranker.gmf > 0) {
      AddScaledRows add{side.gmfGradient + row * ranker.gmf, side.otherGmf, ranker.gmf, samples.slopes,
                        runs.others, runs.order, begin, end};
      forEachPiece(ranker.gmf, add);
    }
    if (ranker.dot > 0) {
      AddScaledRows add{side.dotGradient + row * ranker.dot, side.otherDot, ranker.dot, samples.slopes,
                        runs.others, runs.order, begin, end};
      forEachPiece(ranker.dot, add);
    }
    if (side.biasGradient != nullptr) {
      float sum = side.biasGradient[row];
      for (uint32_t k = begin; k < end; k++) sum += samples.slopes[runs.order != nullptr ? runs.order[k] : k];
      side.biasGradient[row] = sum;
    }
  }
}

/// Copies the embeddings of slots [begin, begin + count) side by side, padded.
inline void gatherEmbeddings(const RowsView& view, int64_t begin, int64_t count) {
  for (int64_t s = 0; s < count; s++) {
    memcpy(view.gathered + s * view.embeddingPad, view.embeddings + view.rows[begin + s] * view.embedding,
           view.embedding * sizeof(float));
  }
}

inline void halves(const RowsView& view, int64_t beginSlot, int64_t endSlot) {
  for (int64_t at = beginSlot; at < endSlot; at += kBlockSamples) {
    const int64_t count = endSlot - at < kBlockSamples ? endSlot - at : kBlockSamples;
    gatherEmbeddings(view, at, count);
    MatrixProduct product{count, view.firstPad,   view.embedding, view.gathered,                     view.embeddingPad,
                          1,     view.transposed, view.firstPad,  view.halves + at * view.firstPad, view.firstPad};
    product.bias = view.bias;
    multiply(product);
  }
}

/// dE = sums W0, dW0 += sums^T E, db0 += sums, for one block of slots.
inline void embeddingGradients(const RowsView& view, int64_t begin, int64_t count) {
  const float* sums = view.sums + begin * view.firstPad;
  gatherEmbeddings(view, begin, count);
  MatrixProduct weight{view.firstWidth, view.embeddingPad, count,             sums,                1,
                       view.firstPad,   view.gathered,     view.embeddingPad, view.weightGradient, view.embeddingPad};
  weight.accumulate = true;
  multiply(weight);
  MatrixProduct rows{count, view.embeddingPad, view.firstWidth,   sums,         view.firstPad,
                     1,     view.weight,       view.embeddingPad, view.product, view.embeddingPad};
  multiply(rows);
  for (int64_t s = 0; s < count; s++) {
    memcpy(view.embeddingGradient + view.rows[begin + s] * view.embedding, view.product + s * view.embeddingPad,
           view.embedding * sizeof(float));
  }
  if (view.biasGradient == nullptr) return;
  for (int64_t at = 0; at < view.firstPad; at += kLanes) {
    Floats sum = load(view.biasGradient + at);
    for (int64_t s = 0; s < count; s++) sum += load(sums + s * view.firstPad + at);
    store(view.biasGradient + at, sum);
  }
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
      const int64_t place = view.rows[s] * view.gmf;
      FinishGmf finish{view.gmfTable + place, view.headGmf, view.gmfGradient + place, view.headGmfGradient};
      forEachPiece(view.gmf, finish);
    }
  }
}

}  // namespace lawn::LAWN_ISA

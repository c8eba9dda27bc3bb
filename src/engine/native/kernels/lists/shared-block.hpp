// Rows that share their negatives: logits, loss and gradients as matrix products, some rows at a time, so that their
// logits stay in the cache between the products. Twin: openListwise of src/engine/reference/batch-gradient.ts.
//
//   S = U V^T - log q --loss, in place--> slopes        [rows at a time][negatives]
//   dU = S V + positives,  dV += S^T U
#pragma once

#include "kernels/gemm.hpp"
#include "kernels/lists/list-loss.hpp"
#include "kernels/unit-rows.hpp"

namespace lawn::LAWN_ISA {

/// One row's columns: [dot | gmf | last], the rest of `pad` zeros.
inline void gatherColumns(const RankerView& ranker, const SideView& side, uint32_t row, float last, int64_t pad,
                          float* to) {
  if (ranker.dot > 0) memcpy(to, side.dot + row * ranker.dot, size_t(ranker.dot) * sizeof(float));
  if (ranker.gmf > 0) memcpy(to + ranker.dot, side.gmf + row * ranker.gmf, size_t(ranker.gmf) * sizeof(float));
  int64_t at = ranker.dot + ranker.gmf;
  if (side.bias != nullptr) to[at++] = last;
  for (; at < pad; at++) to[at] = 0;
}

inline void gatherItem(const RankerView& ranker, uint32_t item, int64_t pad, float* to) {
  const SideView& items = ranker.sides[kItems];
  gatherColumns(ranker, items, item, items.bias == nullptr ? 0 : items.bias[item], pad, to);
}

/// Negatives' columns, and the same transposed: panel p holds two vectors of negatives for each column.
inline void gatherNegatives(const RankerView& ranker, const SharedBlock& block, const SharedScratch& scratch) {
  const int64_t pad = block.pad, columns = (block.negatives + kLanes - 1) / kLanes * kLanes;
  for (int64_t j = 0; j < block.negatives; j++) {
    if (j + 4 < block.negatives && ranker.dot > 0) {
      prefetchRow(ranker.sides[kItems].dot + block.items[j + 4] * ranker.dot, ranker.dot);
    }
    gatherItem(ranker, block.items[j], pad, scratch.items + j * pad);
  }
  for (int64_t panel = 0; panel < columns; panel += 2 * kLanes) {
    const int64_t wide = columns - panel < 2 * kLanes ? columns - panel : 2 * kLanes;
    float* to = scratch.panels + panel * pad;
    for (int64_t j = 0; j < wide; j++) {
      const float* from = scratch.items + (panel + j) * pad;
      const bool isThere = panel + j < block.negatives;
      for (int64_t c = 0; c < pad; c++) to[c * wide + j] = isThere ? from[c] : 0.0f;
    }
  }
  for (int64_t j = 0; j < columns; j++) {
    const bool isCorrected = block.loss.itemLogQ != nullptr && j < block.negatives;
    scratch.bias[j] = isCorrected ? -block.loss.itemLogQ[block.items[j]] : 0.0f;
  }
}

/// Columns of users and positives of rows [begin, begin + count).
inline void gatherRows(const RankerView& ranker, const SharedBlock& block, const SharedScratch& scratch, int64_t begin,
                       int64_t count) {
  const int64_t pad = block.pad;
  for (int64_t r = 0; r < count; r++) {
    float *plain = scratch.plain + r * pad, *scaled = scratch.scaled + r * pad;
    gatherColumns(ranker, ranker.sides[kUsers], block.users[begin + r], 1.0f, pad, plain);
    memcpy(scaled, plain, size_t(pad) * sizeof(float));
    for (int64_t c = 0; c < ranker.gmf; c++) scaled[ranker.dot + c] *= ranker.headGmf[c];
    gatherItem(ranker, block.positives[begin + r], pad, scratch.positive + r * pad);
  }
}

/// The loss of row `row`, whose logits become slopes; leaves the positive's part of both gradients.
inline double sharedRow(const RankerView& ranker, const SharedBlock& block, const SharedScratch& scratch, int64_t row,
                        int64_t inScratch) {
  const int64_t pad = block.pad;
  float* logits = scratch.logits + inScratch * sharedStride(block.negatives);
  const float *user = scratch.scaled + inScratch * pad, *item = scratch.positive + inScratch * pad;
  float positive = dotOfRows(user, item, pad);
  Loss loss = block.loss;
  if (loss.itemLogQ != nullptr) positive -= loss.itemLogQ[block.positives[row]];
  if (loss.kind == LossKind::ccl) {  // the constant that all logits have in common
    positive += ranker.headBias;
    loss.margin -= ranker.headBias;
  }
  const int64_t masked = block.maskOf(block.masks, row, scratch.masked);
  for (int64_t k = 0; k < masked; k++) logits[scratch.masked[k]] = kFiller;
  const float weight = block.weights == nullptr ? 1.0f : block.weights[row];
  const RowLoss result =
      rowLoss(loss, positive, logits, block.negatives, block.negatives - masked, weight * block.inverseCount);
  for (int64_t k = 0; k < masked; k++) logits[scratch.masked[k]] = 0;
  const float* plain = scratch.plain + inScratch * pad;
  for (int64_t c = 0; c < pad; c += kLanes) {
    store(block.userGradients + row * pad + c, result.positiveSlope * load(item + c));
    store(block.positiveGradients + row * pad + c, result.positiveSlope * load(plain + c));
  }
  return double(weight) * result.loss;
}

inline double sharedBlock(const RankerView& ranker, const SharedBlock& block, const SharedScratch& scratch) {
  gatherNegatives(ranker, block, scratch);
  const int64_t pad = block.pad, stride = sharedStride(block.negatives);
  const int64_t columns = (block.negatives + kLanes - 1) / kLanes * kLanes;
  double loss = 0;
  for (int64_t begin = 0; begin < block.rows; begin += kBlockSamples) {
    const int64_t count = block.rows - begin < kBlockSamples ? block.rows - begin : kBlockSamples;
    gatherRows(ranker, block, scratch, begin, count);
    for (int64_t panel = 0; panel < columns; panel += 2 * kLanes) {
      const int64_t wide = columns - panel < 2 * kLanes ? columns - panel : 2 * kLanes;
      multiply({
          .rows = count,
          .columns = wide,
          .terms = pad,
          .a = scratch.scaled,
          .aRowStride = pad,
          .aTermStride = 1,
          .b = scratch.panels + panel * pad,
          .bStride = wide,
          .c = scratch.logits + panel,
          .cStride = stride,
          .bias = scratch.bias + panel,
      });
    }
    for (int64_t r = 0; r < count; r++) loss += sharedRow(ranker, block, scratch, begin + r, r);
    multiply({
        .rows = count,
        .columns = pad,
        .terms = block.negatives,
        .a = scratch.logits,
        .aRowStride = stride,
        .aTermStride = 1,
        .b = scratch.items,
        .bStride = pad,
        .c = block.userGradients + begin * pad,
        .cStride = pad,
        .accumulate = true,
    });
    multiply({
        .rows = block.negatives,
        .columns = pad,
        .terms = count,
        .a = scratch.logits,
        .aRowStride = 1,
        .aTermStride = stride,
        .b = scratch.plain,
        .bStride = pad,
        .c = block.negativeGradients,
        .cStride = pad,
        .accumulate = begin > 0,
    });
  }
  return loss;
}

/// into += the same columns of a run's contributions, in their order.
struct AddColumns {
  float* into;
  const float* columns;
  int64_t pad;
  const uint32_t* order;
  uint32_t begin, end;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    auto sum = load<N>(into + at);
    for (uint32_t k = begin; k < end; k++) sum += load<N>(columns + order[k] * pad + at);
    store<N>(into + at, sum);
  }
};

inline void addContributions(const RankerView& ranker, const ContributionsView& view, const SideGradients& gradients,
                             int64_t beginRun, int64_t endRun) {
  for (int64_t r = beginRun; r < endRun; r++) {
    const int64_t row = gradients.rows[r];
    const auto add = [&](float* into, int64_t first, int64_t width) LAWN_INLINE_LAMBDA {
      AddColumns columns{
          .into = into,
          .columns = view.columns + first,
          .pad = view.pad,
          .order = view.order,
          .begin = view.starts[r],
          .end = view.starts[r + 1],
      };
      forEachPiece(width, columns);
    };
    if (ranker.dot > 0) add(gradients.dot + row * ranker.dot, 0, ranker.dot);
    if (ranker.gmf > 0) add(gradients.gmf + row * ranker.gmf, ranker.dot, ranker.gmf);
    if (gradients.bias != nullptr) add(gradients.bias + row, ranker.dot + ranker.gmf, 1);
  }
}

}  // namespace lawn::LAWN_ISA

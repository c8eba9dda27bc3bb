// Losses of a positive among many negatives: from logits to loss and slopes, in place. Twin: softmaxCrossEntropy and
// cosineContrastive of src/ranker/loss.ts.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/transcendental.hpp"

namespace lawn::LAWN_ISA {

/// The largest of [count] and `start`. NaN is left out: see `finiteness`.
inline float largestOf(const float* values, int64_t count, float start) {
  Floats largest = broadcast(start);
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    const Floats value = load(values + at);
    largest = value > largest ? value : largest;
  }
  float most = start;
  for (int lane = 0; lane < kLanes; lane++) most = largest[lane] > most ? largest[lane] : most;
  for (; at < count; at++) most = values[at] > most ? values[at] : most;
  return most;
}

/// Vectors of [count] floats, the last one filled up with `filler`: values <- map(values). The order of what `map` adds
/// up on the way depends on count alone.
template <typename Map>
LAWN_INLINE void mapRow(float* values, int64_t count, float filler, Map&& map) {
  int64_t at = 0;
  for (; at + kLanes <= count; at += kLanes) store(values + at, map(load(values + at)));
  if (at == count) return;
  float rest[kLanes];
  for (int lane = 0; lane < kLanes; lane++) rest[lane] = at + lane < count ? values[at + lane] : filler;
  store(rest, map(load(rest)));
  memcpy(values + at, rest, size_t(count - at) * sizeof(float));
}

/// Far below every logit, so that its share is nothing.
constexpr float kFiller = -3.0e38f;

/// One row's loss, and d mean loss / d its positive's logit.
struct RowLoss {
  double loss;
  float positiveSlope;
};

/// -ln of the positive's share. `negatives` [count] holds logits, and slopes afterwards.
inline RowLoss softmaxRow(float positive, float* negatives, int64_t count, float inverseCount) {
  const float largest = largestOf(negatives, count, positive);
  Floats sums = {}, finiteness = {};  // of finite values 0, else NaN: an exponential cut off would hide it
  mapRow(negatives, count, kFiller, [&](Floats z) LAWN_INLINE_LAMBDA {
    finiteness += z - z;
    const Floats e = expNegative(largest - z);
    sums += e;
    return e;
  });
  const float others = sumLanes(sums) + sumLanes(finiteness);
  const float own = expNegative(broadcast(largest - positive))[0] + (positive - positive);
  const float factor = inverseCount / (own + others);
  mapRow(negatives, count, 0.0f, [&](Floats e) LAWN_INLINE_LAMBDA { return e * factor; });
  // A confident row keeps the digits of its tiny loss.
  const double loss = positive == largest ? __builtin_log1p(double(others))
                                          : __builtin_log(double(own) + double(others)) + double(largest - positive);
  return {.loss = loss, .positiveSlope = -others * factor};
}

/// 1 - positive + the loss's weight times the mean of max(0, negative - margin) over those that are counted. Slopes as
/// in softmaxRow.
inline RowLoss contrastiveRow(float positive, float* negatives, int64_t count, int64_t counted, float inverseCount,
                              const Loss& loss) {
  const float share = counted == 0 ? 0.0f : loss.negativeWeight / float(counted), slope = share * inverseCount;
  Floats beyond = {}, finiteness = {};
  mapRow(negatives, count, kFiller, [&](Floats z) LAWN_INLINE_LAMBDA {
    finiteness += z - z;
    const Floats excess = z - loss.margin;
    beyond += whereAboveZero(excess, excess);
    return whereAboveZero(excess, broadcast(slope));
  });
  const double sum = double(sumLanes(beyond)) + double(sumLanes(finiteness));
  return {.loss = 1.0 - double(positive) + double(share) * sum, .positiveSlope = -inverseCount};
}

/// Of `count` negatives those at kFiller are not counted: `counted` are.
inline RowLoss rowLoss(const Loss& loss, float positive, float* negatives, int64_t count, int64_t counted,
                       float inverseCount) {
  return loss.kind == LossKind::ccl ? contrastiveRow(positive, negatives, count, counted, inverseCount, loss)
                                    : softmaxRow(positive, negatives, count, inverseCount);
}

/// Of the list that begins at a sample: its logits, the positive's first, become slopes. Both are times its weight.
inline double listSlopes(const SamplesView& samples, int64_t begin) {
  float* list = samples.slopes + begin;
  if (const float* itemLogQ = samples.loss.itemLogQ) {
    const uint32_t* items = samples.sides[kItems].rows + begin;
    for (int64_t j = 0; j < samples.list; j++) list[j] -= itemLogQ[items[j]];
  }
  const float weight = samples.weights == nullptr ? 1.0f : samples.weights[begin];
  const int64_t negatives = samples.list - 1;
  const float* marks = samples.hasMarks ? samples.labels + begin : nullptr;
  const auto isMasked = [&](int64_t j) { return (int(marks[j]) & kMasked) != 0; };
  int64_t masked = 0;
  for (int64_t j = 1; marks != nullptr && j <= negatives; j++) {
    if (!isMasked(j)) continue;
    list[j] = kFiller;
    masked++;
  }
  const RowLoss row =
      rowLoss(samples.loss, list[0], list + 1, negatives, negatives - masked, weight * samples.inverseCount);
  for (int64_t j = 1; masked > 0 && j <= negatives; j++) {
    if (isMasked(j)) list[j] = 0;
  }
  list[0] = row.positiveSlope;
  return double(weight) * row.loss;
}

}  // namespace lawn::LAWN_ISA

// Forward pass of a block of samples, from first-layer halves to logits. Twin: src/ranker/forward.ts.
#pragma once

#include "kernels/gemm.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn::LAWN_ISA {

/// sum_j a_j b_j w_j of one sample: whole vectors into `lanes`, what is left over into `total`.
struct WeightedProduct {
  const float *a, *b, *w;
  Floats lanes;
  float total;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    if constexpr (N == kLanes) lanes += load(a + at) * load(b + at) * load(w + at);
    else total += sumLanes(load<N>(a + at) * load<N>(b + at) * load<N>(w + at));
  }
};

/// sum_j a_j b_j
struct PlainProduct {
  const float *a, *b;
  Floats lanes;
  float total;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    if constexpr (N == kLanes) lanes += load(a + at) * load(b + at);
    else total += sumLanes(load<N>(a + at) * load<N>(b + at));
  }
};

/// Rows are prefetched twice: one block ahead, and again this many samples ahead, because what the block writes in
/// between evicts them from the level 1 cache.
constexpr int64_t kSamplesNear = 8;

/// The sample kSamplesNear ahead of `s`, or `s` itself at the end.
LAWN_INLINE int64_t nearAhead(int64_t s, int64_t count) { return s + kSamplesNear < count ? s + kSamplesNear : s; }

/// Prefetches the rows that samples [begin, end) read, except the users' halves: samples are sorted by user, so
/// those are read in order and the hardware prefetches them.
inline void prefetchSamples(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end) {
  const SideView &users = ranker.sides[kUsers], &items = ranker.sides[kItems];
  const uint32_t *userRows = samples.sides[kUsers].rows, *itemRows = samples.sides[kItems].rows;
  if (ranker.firstPad > 0) {
    const uint32_t* slots = samples.sides[kItems].slots;
    for (int64_t s = begin; s < end; s++) prefetchRow(items.halves + slots[s] * ranker.firstPad, ranker.firstPad);
  }
  if (ranker.gmf > 0) {
    for (int64_t s = begin; s < end; s++) {
      prefetchRow(users.gmf + userRows[s] * ranker.gmf, ranker.gmf);
      prefetchRow(items.gmf + itemRows[s] * ranker.gmf, ranker.gmf);
    }
  }
  if (ranker.dot > 0) {
    for (int64_t s = begin; s < end; s++) {
      prefetchRow(users.dot + userRows[s] * ranker.dot, ranker.dot);
      prefetchRow(items.dot + itemRows[s] * ranker.dot, ranker.dot);
    }
  }
}

/// Adds `Vectors` vectors of the halves of each sample's user and item.
template <int Vectors, bool IsLinear>
LAWN_INLINE void addHalves(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count,
                           int64_t at, float* out) {
  const int64_t pad = ranker.firstPad;
  const float *userHalves = ranker.sides[kUsers].halves + at, *itemHalves = ranker.sides[kItems].halves + at;
  const uint32_t* userSlots = samples.sides[kUsers].slots + begin;
  const uint32_t* itemSlots = samples.sides[kItems].slots + begin;
  for (int64_t s = 0; s < count; s++) {
    prefetchRow(itemHalves + itemSlots[nearAhead(s, count)] * pad, Vectors * kLanes);
    const float *user = userHalves + userSlots[s] * pad, *item = itemHalves + itemSlots[s] * pad;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) {
      const Floats sum = load(user + v * kLanes) + load(item + v * kLanes);
      store(out + s * pad + at + v * kLanes, IsLinear ? sum : whereAboveZero(sum, sum));
    }
  }
}

/// The first layer of each sample: [count][firstPad].
inline void firstLayer(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count, float* out) {
  // A linear first layer has one output, so one vector.
  if (ranker.firstIsLinear) return addHalves<1, true>(ranker, samples, begin, count, 0, out);
  int64_t at = 0;
  for (; at + 4 * kLanes <= ranker.firstPad; at += 4 * kLanes) {
    addHalves<4, false>(ranker, samples, begin, count, at, out);
  }
  for (; at < ranker.firstPad; at += kLanes) addHalves<1, false>(ranker, samples, begin, count, at, out);
}

/// Logits of samples [begin, begin + count), path after path; `last` holds their rows of the last tower layer, or of
/// the linear first layer.
inline void blockLogits(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count,
                        const float* last, float* logits) {
  const SideView &users = ranker.sides[kUsers], &items = ranker.sides[kItems];
  const uint32_t *userRows = samples.sides[kUsers].rows + begin, *itemRows = samples.sides[kItems].rows + begin;
  Floats lanes[kBlockSamples];  // of a sample's sums
  for (int64_t s = 0; s < count; s++) {
    lanes[s] = Floats{};
    logits[s] = ranker.headBias;
  }
  const int64_t gmf = ranker.gmf, dot = ranker.dot, lastPad = ranker.lastPad;
  if (gmf > 0) {
    for (int64_t s = 0; s < count; s++) {
      prefetchRow(users.gmf + userRows[nearAhead(s, count)] * gmf, gmf);
      prefetchRow(items.gmf + itemRows[nearAhead(s, count)] * gmf, gmf);
      WeightedProduct product{
          .a = users.gmf + userRows[s] * gmf,
          .b = items.gmf + itemRows[s] * gmf,
          .w = ranker.headGmf,
          .lanes = lanes[s],
          .total = logits[s],
      };
      forEachPiece(gmf, product);
      lanes[s] = product.lanes;
      logits[s] = product.total;
    }
  }
  if (dot > 0) {
    for (int64_t s = 0; s < count; s++) {
      prefetchRow(users.dot + userRows[nearAhead(s, count)] * dot, dot);
      prefetchRow(items.dot + itemRows[nearAhead(s, count)] * dot, dot);
      PlainProduct product{
          .a = users.dot + userRows[s] * dot,
          .b = items.dot + itemRows[s] * dot,
          .lanes = lanes[s],
          .total = logits[s],
      };
      forEachPiece(dot, product);
      lanes[s] = product.lanes;
      logits[s] = product.total;
    }
  }
  if (ranker.firstIsLinear) {
    for (int64_t s = 0; s < count; s++) logits[s] += last[s * ranker.firstPad];
  }
  for (int64_t at = 0; at < lastPad; at += kLanes) {
    const Floats head = load(ranker.headTower + at);
    for (int64_t s = 0; s < count; s++) lanes[s] += load(last + s * lastPad + at) * head;
  }
  if (users.bias != nullptr) {
    for (int64_t s = 0; s < count; s++) logits[s] += users.bias[userRows[s]] + items.bias[itemRows[s]];
  }
  for (int64_t s = 0; s < count; s++) logits[s] += sumLanes(lanes[s]);
}

/// Activations and logits of samples [begin, begin + count), count <= kBlockSamples.
inline void forwardBlock(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count,
                         const BlockScratch& scratch, float* logits) {
  const float* last = nullptr;
  if (ranker.firstPad > 0) {
    firstLayer(ranker, samples, begin, count, scratch.activations[0]);
    for (int64_t l = 0; l < ranker.layerCount; l++) {
      const LayerView& layer = ranker.layers[l];
      multiply({
          .rows = count,
          .columns = layer.outputsPad,
          .terms = layer.inputs,
          .a = scratch.activations[l],
          .aRowStride = layer.inputsPad,
          .aTermStride = 1,
          .b = layer.transposed,
          .bStride = layer.outputsPad,
          .c = scratch.activations[l + 1],
          .cStride = layer.outputsPad,
          .bias = layer.bias,
          .rectify = true,
      });
    }
    last = scratch.activations[ranker.layerCount];
  }
  blockLogits(ranker, samples, begin, count, last, logits);
}

inline void logits(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end,
                   const BlockScratch& scratch, float* out) {
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, out + (at - begin));
  }
}

}  // namespace lawn::LAWN_ISA

// Forward pass of a block of samples, from first-layer halves to logits. Twin: src/ranker/forward.ts.
#pragma once

#include "gemm.hpp"
#include "kernel-table.hpp"

namespace lawn::LAWN_ISA {

/// sum_j a_j b_j w_j
struct WeightedProduct {
  const float *a, *b, *w;
  float total;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    if constexpr (N == kLanes) lanes += load(a + at) * load(b + at) * load(w + at);
    else total += sumLanes(load<N>(a + at) * load<N>(b + at) * load<N>(w + at));
  }
  Floats lanes = {};
};

/// sum_j a_j b_j
struct PlainProduct {
  const float *a, *b;
  float total;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    if constexpr (N == kLanes) lanes += load(a + at) * load(b + at);
    else total += sumLanes(load<N>(a + at) * load<N>(b + at));
  }
  Floats lanes = {};
};

/// Asks for the rows that samples [begin, end) will read.
inline void prefetchSamples(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end) {
  for (int64_t s = begin; s < end; s++) {
    if (ranker.firstPad > 0) {
      prefetchRow(ranker.userHalves + samples.userSlots[s] * ranker.firstPad, ranker.firstPad);
      prefetchRow(ranker.itemHalves + samples.itemSlots[s] * ranker.firstPad, ranker.firstPad);
    }
    if (ranker.gmf > 0) {
      prefetchRow(ranker.userGmf + samples.users[s] * ranker.gmf, ranker.gmf);
      prefetchRow(ranker.itemGmf + samples.items[s] * ranker.gmf, ranker.gmf);
    }
    if (ranker.dot > 0) {
      prefetchRow(ranker.userDot + samples.users[s] * ranker.dot, ranker.dot);
      prefetchRow(ranker.itemDot + samples.items[s] * ranker.dot, ranker.dot);
    }
  }
}

/// Adds the halves of each sample's user and item: [count][firstPad].
inline void firstLayer(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count, float* out) {
  const int64_t pad = ranker.firstPad;
  for (int64_t s = 0; s < count; s++) {
    const float* user = ranker.userHalves + samples.userSlots[begin + s] * pad;
    const float* item = ranker.itemHalves + samples.itemSlots[begin + s] * pad;
    for (int64_t at = 0; at < pad; at += kLanes) {
      const Floats sum = load(user + at) + load(item + at);
      store(out + s * pad + at, ranker.firstIsLinear ? sum : whereAboveZero(sum, sum));
    }
  }
}

/// One logit; `last` is the sample's row of the last tower layer, or of the linear first layer.
LAWN_INLINE float logitOf(const RankerView& ranker, uint32_t user, uint32_t item, const float* last) {
  float total = ranker.headBias;
  Floats lanes = {};
  if (ranker.gmf > 0) {
    WeightedProduct gmf{ranker.userGmf + user * ranker.gmf, ranker.itemGmf + item * ranker.gmf, ranker.headGmf, total};
    forEachPiece(ranker.gmf, gmf);
    total = gmf.total;
    lanes = gmf.lanes;
  }
  if (ranker.dot > 0) {
    PlainProduct dot{ranker.userDot + user * ranker.dot, ranker.itemDot + item * ranker.dot, total, lanes};
    forEachPiece(ranker.dot, dot);
    total = dot.total;
    lanes = dot.lanes;
  }
  if (ranker.firstIsLinear) {
    total += last[0];
  } else {
    for (int64_t at = 0; at < ranker.lastPad; at += kLanes) lanes += load(last + at) * load(ranker.headTower + at);
  }
  if (ranker.userBias != nullptr) total += ranker.userBias[user] + ranker.itemBias[item];
  return total + sumLanes(lanes);
}

/// Activations and logits of samples [begin, begin + count), count <= kBlockSamples.
inline void forwardBlock(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t count,
                         const BlockScratch& scratch, float* logits) {
  const float* last = nullptr;
  int64_t lastStride = 0;
  if (ranker.firstPad > 0) {
    firstLayer(ranker, samples, begin, count, scratch.activations[0]);
    for (int64_t l = 0; l < ranker.layerCount; l++) {
      const LayerView& layer = ranker.layers[l];
      MatrixProduct product{count,
                            layer.outputsPad,
                            layer.inputs,
                            scratch.activations[l],
                            layer.inputsPad,
                            1,
                            layer.transposed,
                            layer.outputsPad,
                            scratch.activations[l + 1],
                            layer.outputsPad};
      product.bias = layer.bias;
      product.rectify = true;
      multiply(product);
    }
    last = scratch.activations[ranker.layerCount];
    lastStride = ranker.firstIsLinear ? ranker.firstPad : ranker.lastPad;
  }
  for (int64_t s = 0; s < count; s++) {
    logits[s] = logitOf(ranker, samples.users[begin + s], samples.items[begin + s], last + s * lastStride);
  }
}

inline void logits(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end,
                   const BlockScratch& scratch, float* out) {
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, out + (at - begin));
  }
}

}  // namespace lawn::LAWN_ISA

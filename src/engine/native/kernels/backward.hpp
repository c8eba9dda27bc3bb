// Loss and backward pass of blocks of samples, down to the first layer's deltas. Twin: src/engine/reference.
#pragma once

#include "kernels/column-sums.hpp"
#include "kernels/forward.hpp"
#include "kernels/lists/list-loss.hpp"
#include "kernels/transcendental.hpp"

namespace lawn::LAWN_ISA {

/// Sums of one block per vector lane: float32 within a block, float64 over blocks.
struct LaneTotals {
  Floats loss = {}, slopes = {};
  BlockTotals total() const {
    BlockTotals sum;
    for (int lane = 0; lane < kLanes; lane++) {
      sum.loss += double(loss[lane]);
      sum.slopes += double(slopes[lane]);
    }
    return sum;
  }
};

/// Slopes and summed loss of `count` samples with labels: binary cross-entropy on logits, times the sample's weight.
template <bool hasWeights>
inline BlockTotals pointwiseLoss(const SamplesView& samples, int64_t begin, int64_t count, const float* logits) {
  LaneTotals totals;
  for (int64_t s = 0; s < count; s += kLanes) {
    const int64_t valid = count - s < kLanes ? count - s : kLanes;
    float labels[kLanes] = {}, present[kLanes] = {}, weights[kLanes] = {}, slopes[kLanes];
    const bool isWhole = valid == kLanes;
    if (!isWhole) {
      memcpy(labels, samples.labels + begin + s, valid * sizeof(float));
      if constexpr (hasWeights) memcpy(weights, samples.weights + begin + s, valid * sizeof(float));
      for (int64_t lane = 0; lane < valid; lane++) present[lane] = 1.0f;
    }
    const Floats z = load(logits + s);  // logits beyond count are stale but finite: block memory starts as zeros
    const Floats y = load(isWhole ? samples.labels + begin + s : labels);
    const SoftplusWithSlope softplus = softplusWithSlope(z);
    Floats loss = softplus.value - y * z, slope = (softplus.slope - y) * samples.inverseCount;
    if constexpr (hasWeights) {
      const Floats weight = load(isWhole ? samples.weights + begin + s : weights);
      loss = weight * loss;
      slope = weight * slope;
    }
    if (isWhole) {
      totals.loss += loss;
      totals.slopes += slope;
      store(samples.slopes + begin + s, slope);
    } else {
      totals.loss += whereAboveZero(load(present), loss);
      totals.slopes += whereAboveZero(load(present), slope);
      store(slopes, slope);
      memcpy(samples.slopes + begin + s, slopes, valid * sizeof(float));
    }
  }
  return totals.total();
}

/// BPR over adjacent pairs: softplus(-(z+ - z-)), times the pair's weight.
template <bool hasWeights>
inline BlockTotals pairwiseLoss(const SamplesView& samples, int64_t begin, int64_t count, const float* logits) {
  BlockTotals totals;  // a pair's slopes cancel
  for (int64_t s = 0; s < count; s += 2 * kLanes) {
    const int64_t pairs = (count - s < 2 * kLanes ? count - s : 2 * kLanes) / 2;
    float negatedMargin[kLanes] = {}, loss[kLanes], slope[kLanes];
    for (int64_t pair = 0; pair < pairs; pair++) negatedMargin[pair] = logits[s + 2 * pair + 1] - logits[s + 2 * pair];
    const SoftplusWithSlope softplus = softplusWithSlope(load(negatedMargin));
    store(loss, softplus.value);
    store(slope, softplus.slope * samples.inverseCount);
    if constexpr (hasWeights) {
      for (int64_t pair = 0; pair < pairs; pair++) {
        loss[pair] *= samples.weights[begin + s + 2 * pair];
        slope[pair] *= samples.weights[begin + s + 2 * pair];
      }
    }
    for (int64_t pair = 0; pair < pairs; pair++) {
      totals.loss += double(loss[pair]);
      samples.slopes[begin + s + 2 * pair] = -slope[pair];
      samples.slopes[begin + s + 2 * pair + 1] = slope[pair];
    }
  }
  return totals;
}

inline BlockTotals lossOf(const SamplesView& samples, int64_t begin, int64_t count, const float* logits) {
  const bool isPointwise = samples.loss.kind == LossKind::bce;
  if (samples.weights != nullptr) {
    return isPointwise ? pointwiseLoss<true>(samples, begin, count, logits)
                       : pairwiseLoss<true>(samples, begin, count, logits);
  }
  return isPointwise ? pointwiseLoss<false>(samples, begin, count, logits)
                     : pairwiseLoss<false>(samples, begin, count, logits);
}

/// The head's gradient, and the deltas of the last layer (before its ReLU) into `delta`.
inline void headBackward(const RankerView& ranker, const float* slopes, int64_t count, const float* last, float* delta,
                         float* headGradient) {
  const int64_t pad = ranker.lastPad;
  for (int64_t at = 0; at < pad; at += kLanes) {
    const Floats head = load(ranker.headTower + at);
    StaggeredSum gradient;
    gradient.forEach(count, [&](Floats& sum, int64_t s) LAWN_INLINE_LAMBDA {
      const Floats hidden = load(last + s * pad + at);
      sum += slopes[s] * hidden;
      store(delta + s * pad + at, whereAboveZero(hidden, slopes[s] * head));
    });
    store(headGradient + at, load(headGradient + at) + gradient.total());
  }
}

/// From the deltas of a layer's outputs: its gradients, and the deltas of its inputs.
inline void layerBackward(const LayerView& layer, int64_t count, const float* inputs, const float* delta,
                          float* inputDelta, float* dense) {
  float* weightGradient = dense + layer.gradientOffset;
  float* biasGradient = weightGradient + layer.outputs * layer.inputsPad;
  multiply({
      .rows = layer.outputs,
      .columns = layer.inputsPad,
      .terms = count,
      .a = delta,
      .aRowStride = 1,
      .aTermStride = layer.outputsPad,
      .b = inputs,
      .bStride = layer.inputsPad,
      .c = weightGradient,
      .cStride = layer.inputsPad,
      .accumulate = true,
  });
  addColumnSums(biasGradient, delta, count, layer.outputsPad);
  multiply({
      .rows = count,
      .columns = layer.inputsPad,
      .terms = layer.outputs,
      .a = delta,
      .aRowStride = layer.outputsPad,
      .aTermStride = 1,
      .b = layer.weight,
      .bStride = layer.inputsPad,
      .c = inputDelta,
      .cStride = layer.inputsPad,
      .gate = inputs,
      .gateStride = layer.inputsPad,
  });
}

/// From the slopes of a block that has just gone forward to the dense gradient and the first layer's deltas.
inline void blockBackward(const RankerView& ranker, const SamplesView& samples, int64_t at, int64_t count,
                          const BlockScratch& scratch, float* dense) {
  if (ranker.firstPad == 0) return;
  const float* slopes = samples.slopes + at;
  float* firstDeltas = samples.firstDeltas + at * ranker.firstPad;
  if (ranker.firstIsLinear) {
    for (int64_t s = 0; s < count; s++) firstDeltas[s * ranker.firstPad] = slopes[s];
    return;
  }
  const int64_t top = ranker.layerCount;
  float* delta = top == 0 ? firstDeltas : scratch.deltas[top];
  headBackward(ranker, slopes, count, scratch.activations[top], delta, dense + ranker.headGradientOffset);
  for (int64_t l = top - 1; l >= 0; l--) {
    float* inputDelta = l == 0 ? firstDeltas : scratch.deltas[l];
    layerBackward(ranker.layers[l], count, scratch.activations[l], delta, inputDelta, dense);
    delta = inputDelta;
  }
}

/// A list may be longer than a block, and its slopes need all of its logits: forward for the logits, then, where there
/// are layers, forward again for the activations and backward.
inline BlockTotals trainLists(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end,
                              const BlockScratch& scratch, float* dense) {
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, samples.slopes + at);
    prefetchSamples(ranker, samples, at + count, end - at - count < kBlockSamples ? end : at + count + kBlockSamples);
  }
  BlockTotals totals;  // no slopes: those of a list cancel, and ccl knows no common bias
  for (int64_t at = begin; at < end; at += samples.list) totals.loss += listSlopes(samples, at);
  if (ranker.firstPad == 0) return totals;
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, scratch.logits);
    blockBackward(ranker, samples, at, count, scratch, dense);
  }
  return totals;
}

inline BlockTotals trainBlocks(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end,
                               const BlockScratch& scratch, float* dense) {
  if (samples.loss.isOfLists()) return trainLists(ranker, samples, begin, end, scratch, dense);
  BlockTotals totals;
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, scratch.logits);
    prefetchSamples(ranker, samples, at + count, end - at - count < kBlockSamples ? end : at + count + kBlockSamples);
    const BlockTotals ofBlock = lossOf(samples, at, count, scratch.logits);
    totals.loss += ofBlock.loss;
    totals.slopes += ofBlock.slopes;
    blockBackward(ranker, samples, at, count, scratch, dense);
  }
  return totals;
}

}  // namespace lawn::LAWN_ISA

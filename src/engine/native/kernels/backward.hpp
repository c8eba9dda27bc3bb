// Loss and backward pass of blocks of samples, down to the first layer's deltas. Twin: src/engine/reference.
#pragma once

#include "forward.hpp"
#include "transcendental.hpp"

namespace lawn::LAWN_ISA {

/// Slopes and summed loss of `count` samples with labels: binary cross-entropy on logits.
inline double pointwiseLoss(const SamplesView& samples, int64_t begin, int64_t count, const float* logits) {
  double total = 0;
  for (int64_t s = 0; s < count; s += kLanes) {
    const int64_t valid = count - s < kLanes ? count - s : kLanes;
    float label[kLanes] = {}, loss[kLanes], slope[kLanes];
    memcpy(label, samples.labels + begin + s, valid * sizeof(float));
    const Floats z = load(logits + s);  // logits beyond count are stale but finite: block memory starts as zeros
    const Floats y = load(label);
    const SoftplusWithSlope softplus = softplusWithSlope(z);
    store(loss, softplus.value - y * z);
    store(slope, (softplus.slope - y) * samples.inverseCount);
    for (int64_t lane = 0; lane < valid; lane++) total += double(loss[lane]);
    memcpy(samples.slopes + begin + s, slope, valid * sizeof(float));
  }
  return total;
}

/// BPR over adjacent pairs: softplus(-(z+ - z-)).
inline double pairwiseLoss(const SamplesView& samples, int64_t begin, int64_t count, const float* logits) {
  double total = 0;
  for (int64_t s = 0; s < count; s += 2 * kLanes) {
    const int64_t pairs = (count - s < 2 * kLanes ? count - s : 2 * kLanes) / 2;
    float negatedMargin[kLanes] = {}, loss[kLanes], slope[kLanes];
    for (int64_t pair = 0; pair < pairs; pair++) negatedMargin[pair] = logits[s + 2 * pair + 1] - logits[s + 2 * pair];
    const SoftplusWithSlope softplus = softplusWithSlope(load(negatedMargin));
    store(loss, softplus.value);
    store(slope, softplus.slope * samples.inverseCount);
    for (int64_t pair = 0; pair < pairs; pair++) {
      total += double(loss[pair]);
      samples.slopes[begin + s + 2 * pair] = -slope[pair];
      samples.slopes[begin + s + 2 * pair + 1] = slope[pair];
    }
  }
  return total;
}

/// The head's gradient, and the deltas of the last layer (before its ReLU) into `delta`.
inline void headBackward(const RankerView& ranker, const float* slopes, int64_t count, const float* last, float* delta,
                         float* headGradient) {
  const int64_t pad = ranker.lastPad;
  for (int64_t at = 0; at < pad; at += kLanes) {
    const Floats head = load(ranker.headTower + at);
    Floats gradient = load(headGradient + at);
    for (int64_t s = 0; s < count; s++) {
      const Floats hidden = load(last + s * pad + at);
      gradient += slopes[s] * hidden;
      store(delta + s * pad + at, whereAboveZero(hidden, slopes[s] * head));
    }
    store(headGradient + at, gradient);
  }
}

/// From the deltas of a layer's outputs: its gradients, and the deltas of its inputs.
inline void layerBackward(const LayerView& layer, int64_t count, const float* inputs, const float* delta, float* inputDelta,
                          float* dense) {
  float* weightGradient = dense + layer.gradientOffset;
  float* biasGradient = weightGradient + layer.outputs * layer.inputsPad;
  MatrixProduct gradient{layer.outputs, layer.inputsPad, count,          delta,           1,
                         layer.outputsPad, inputs,       layer.inputsPad, weightGradient, layer.inputsPad};
  gradient.accumulate = true;
  multiply(gradient);
  for (int64_t at = 0; at < layer.outputsPad; at += kLanes) {
    Floats sum = load(biasGradient + at);
    for (int64_t s = 0; s < count; s++) sum += load(delta + s * layer.outputsPad + at);
    store(biasGradient + at, sum);
  }
  MatrixProduct back{count, layer.inputsPad, layer.outputs,   delta,      layer.outputsPad,
                     1,     layer.weight,    layer.inputsPad, inputDelta, layer.inputsPad};
  back.gate = inputs;
  back.gateStride = layer.inputsPad;
  multiply(back);
}

inline BlockTotals trainBlocks(const RankerView& ranker, const SamplesView& samples, int64_t begin, int64_t end,
                               const BlockScratch& scratch, float* dense) {
  BlockTotals totals;
  for (int64_t at = begin; at < end; at += kBlockSamples) {
    const int64_t count = end - at < kBlockSamples ? end - at : kBlockSamples;
    forwardBlock(ranker, samples, at, count, scratch, scratch.logits);
    prefetchSamples(ranker, samples, at + count, end - at - count < kBlockSamples ? end : at + count + kBlockSamples);
    totals.loss += samples.labels != nullptr ? pointwiseLoss(samples, at, count, scratch.logits)
                                             : pairwiseLoss(samples, at, count, scratch.logits);
    const float* slopes = samples.slopes + at;
    for (int64_t s = 0; s < count; s++) totals.slopes += double(slopes[s]);
    if (ranker.firstPad == 0) continue;

    float* firstDeltas = samples.firstDeltas + at * ranker.firstPad;
    if (ranker.firstIsLinear) {
      for (int64_t s = 0; s < count; s++) firstDeltas[s * ranker.firstPad] = slopes[s];
      continue;
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
  return totals;
}

}  // namespace lawn::LAWN_ISA

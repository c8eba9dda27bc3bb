/** The chain rule through one tower layer, out = ReLU(W x + b), for one sample. */
import type { DenseLayer } from "../../ranker/forward.ts";

/**
 * Adds to dW and db, overwrites xDelta. With delta = outDelta where the unit fired and 0 elsewhere (ReLU's slope at 0 taken as 0):
 * dW += delta x^T,  db += delta,  xDelta = W^T delta. Units that did not fire cost nothing.
 */
export function denseReluBackward(
  layer: DenseLayer,
  gradient: DenseLayer,
  sample: {
    readonly x: Float64Array;
    readonly out: Float64Array;
    readonly outDelta: Float64Array;
    readonly xDelta: Float64Array;
  },
): void {
  const { x, out, outDelta, xDelta } = sample;
  const { weight } = layer;
  const { weight: weightGradient, bias: biasGradient } = gradient;
  const inputs = x.length;
  xDelta.fill(0);
  for (let o = 0; o < out.length; o++) {
    if (out[o]! <= 0) continue;
    const delta = outDelta[o]!;
    biasGradient[o]! += delta;
    for (let i = 0, w = o * inputs; i < inputs; i++, w++) {
      weightGradient[w]! += delta * x[i]!;
      xDelta[i]! += delta * weight[w]!;
    }
  }
}

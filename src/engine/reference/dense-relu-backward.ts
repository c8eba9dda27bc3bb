/** The chain rule through one tower layer, out = ReLU(W x + b), for one sample. */
import type { DenseLayer } from "../../ranker/forward.ts";

/** One sample's activations and slopes around a layer. */
export interface LayerPass {
  /** [inputs] */
  readonly x: Float64Array;
  /** [outputs] */
  readonly out: Float64Array;
  /** [outputs] d loss / d out */
  readonly outDelta: Float64Array;
  /** [inputs] d loss / d x; overwritten */
  readonly xDelta: Float64Array;
  /** [outputs] scratch: which units fired. */
  readonly fired: Uint32Array;
}

/**
 * Adds to dW and db, overwrites xDelta. With delta = outDelta where the unit fired and 0 elsewhere (ReLU's slope at
 * 0 taken as 0): dW += delta x^T, db += delta, xDelta = W^T delta. Units that did not fire cost nothing; four that
 * did share each look at x.
 */
export function denseReluBackward({ weight }: DenseLayer, gradient: DenseLayer, pass: LayerPass): void {
  const { x, out, outDelta, xDelta, fired } = pass;
  const { weight: weightGradient, bias: biasGradient } = gradient;
  const inputs = x.length;
  xDelta.fill(0);
  let count = 0;
  for (let o = 0; o < out.length; o++) {
    if (out[o]! <= 0) continue; // NaN counts as fired, so that it spreads
    fired[count++] = o;
    biasGradient[o]! += outDelta[o]!;
  }
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const delta0 = outDelta[fired[k]!]!;
    const delta1 = outDelta[fired[k + 1]!]!;
    const delta2 = outDelta[fired[k + 2]!]!;
    const delta3 = outDelta[fired[k + 3]!]!;
    let row0 = fired[k]! * inputs;
    let row1 = fired[k + 1]! * inputs;
    let row2 = fired[k + 2]! * inputs;
    let row3 = fired[k + 3]! * inputs;
    for (let i = 0; i < inputs; i++, row0++, row1++, row2++, row3++) {
      const value = x[i]!;
      weightGradient[row0]! += delta0 * value;
      weightGradient[row1]! += delta1 * value;
      weightGradient[row2]! += delta2 * value;
      weightGradient[row3]! += delta3 * value;
      xDelta[i]! += delta0 * weight[row0]! + delta1 * weight[row1]! + delta2 * weight[row2]! + delta3 * weight[row3]!;
    }
  }
  for (; k < count; k++) {
    const delta = outDelta[fired[k]!]!;
    for (let i = 0, row = fired[k]! * inputs; i < inputs; i++, row++) {
      weightGradient[row]! += delta * x[i]!;
      xDelta[i]! += delta * weight[row]!;
    }
  }
}

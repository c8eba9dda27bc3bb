/**
 * How the loss of a person's row curves where the solver begins, nearly: it steers the solver and decides no minimum.
 * The positives' part is the person's own; the negatives' is that of rows of some users, among which the person's will
 * be. A tower's curvature is left aside.
 */
import { sigmoid } from "../ranker/loss.ts";
import type { FoldableLoss } from "./person-samples.ts";
import type { PersonScores } from "./person-scores.ts";

/** [width, width], the lower triangle, of the negatives of one sample: under softmax of a sample of slope 1. */
export function negativesCurvature(
  loss: FoldableLoss["name"],
  negatives: PersonScores,
  { shares, rows, width }: { readonly shares: Float64Array; readonly rows: Float64Array; readonly width: number },
): Float64Array {
  const users = rows.length / width;
  const matrix = new Float64Array(width * width);
  const logits = new Float64Array(shares.length);
  const ofUser = new Float64Array(shares.length);
  const curvatures = new Float64Array(shares.length);
  for (let k = 0; k < users; k++) {
    negatives.score(rows.subarray(k * width, (k + 1) * width), logits);
    writeCurvatures(loss, logits, { shares, scale: 1 / users, out: ofUser });
    for (let j = 0; j < ofUser.length; j++) curvatures[j]! += ofUser[j]!;
    if (loss === "softmax") takeOffMean(negatives, ofUser, { times: users, matrix });
  }
  negatives.addCurvature(curvatures, matrix);
  return matrix;
}

function writeCurvatures(
  loss: FoldableLoss["name"],
  logits: Float64Array,
  { shares, scale, out }: { readonly shares: Float64Array; readonly scale: number; readonly out: Float64Array },
): void {
  switch (loss) {
    case "bce":
      for (const [j, z] of logits.entries()) out[j] = scale * shares[j]! * sigmoid(z) * sigmoid(-z);
      return;
    case "bpr":
      for (const j of logits.keys()) out[j] = (scale * shares[j]!) / 4;
      return;
    case "softmax": {
      // The logarithm of a sum of exponentials curves as the covariance of x under its terms' shares.
      const largest = logits.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
      const parts = logits.map((z, j) => shares[j]! * Math.exp(z - largest));
      const sum = parts.reduce((all, part) => all + part, 0);
      for (const [j, part] of parts.entries()) out[j] = (scale * part) / sum;
      return;
    }
    case "ccl":
      out.fill(0); // piecewise linear
      return;
    default:
      loss satisfies never;
  }
}

/** Of sum s x x', shares of sum 1 / times, makes their covariance, over `times`. */
function takeOffMean(
  scores: PersonScores,
  shares: Float64Array,
  { times, matrix }: { readonly times: number; readonly matrix: Float64Array },
): void {
  const width = Math.sqrt(matrix.length);
  const part = new Float64Array(width);
  scores.addFeatures(shares, part);
  for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) matrix[i * width + j]! -= times * part[i]! * part[j]!;
}

/** d^2 value / d logit^2 of each positive, or what stands for it, where it has this slope. */
export function positiveCurvatures(
  loss: FoldableLoss["name"],
  weights: Float64Array,
  slopes: Float64Array,
): Float64Array {
  if (loss === "ccl") return new Float64Array(weights.length);
  if (loss === "bpr") return weights.map((weight) => weight / 4);
  // Of w softplus(u) the slope is w sigmoid(u) = w s, the curvature w s (1 - s).
  return weights.map((weight, i) => -slopes[i]! * (1 + slopes[i]! / weight));
}

/** How many times the curvature of the negatives of one sample counts. */
export function samplesOf(loss: FoldableLoss["name"], perPositive: number, slopes: Float64Array): number {
  return loss === "softmax" ? -slopes.reduce((sum, slope) => sum + slope, 0) : perPositive * slopes.length;
}

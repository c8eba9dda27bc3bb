/**
 * What a person's row costs under the run's own loss: each item taken has the slope it would have in training, and
 * the negatives, which training draws anew in every epoch, stand as what they are on average, so nothing is drawn.
 * P positives of weights w and n negatives a positive, uniform over the items that are not the person's:
 *
 *   bce   sum over positives i of w_i softplus(-z_i)  +  n P mean over negatives j of softplus(z_j)
 *   bpr   n * sum over positives i of w_i mean over negatives j of softplus(-(z_i - z_j))
 */
import { bayesianPersonalizedRanking, bayesianPersonalizedRankingSlope, sigmoid, softplus } from "../ranker/loss.ts";

/** Losses that a person's row can be solved for under. */
export type FoldableLoss = "bce" | "bpr";

/** A product this large is turned into its logarithm. */
const LARGE = 1e250;

/** Value at these logits; writes d value / d logit to `slopes` and `negativeSlopes`. */
export type PersonLoss = (
  logits: Float64Array,
  negativeLogits: Float64Array,
  slopes: Float64Array,
  negativeSlopes: Float64Array,
) => number;

/**
 * d^2 value / d logit^2 of one sample at a logit, or what stands for it where the curvature is not the logit's alone:
 * a preconditioner asks, so a rough answer costs steps and no precision.
 */
export function sampleCurvature(loss: FoldableLoss, logit: number): number {
  return loss === "bce" ? sigmoid(logit) * sigmoid(-logit) : 1 / 4;
}

export interface PersonSamples {
  readonly loss: FoldableLoss;
  readonly negativesPerPositive: number;
  /** [positives] */
  readonly weights: Float64Array;
  /** [items standing for the negatives] 1, and 0 for those that are the person's own. */
  readonly isNegative: Uint8Array;
}

export function personLoss({ loss, negativesPerPositive, weights, isNegative }: PersonSamples): PersonLoss {
  const count = isNegative.reduce((sum, flag) => sum + flag, 0);
  const share = count === 0 ? 0 : negativesPerPositive / count; // of one negative, per positive
  switch (loss) {
    case "bce":
      return (logits, negativeLogits, slopes, negativeSlopes) => {
        let value = 0;
        for (let i = 0; i < logits.length; i++) {
          value += weights[i]! * softplus(-logits[i]!);
          slopes[i] = -weights[i]! * sigmoid(-logits[i]!);
        }
        const each = share * logits.length;
        let linear = 0;
        // softplus(z) = max(z, 0) + ln(1 + e), e = exp(-|z|), which sigmoid(z) wants too. Of the sum of logarithms
        // that of the product, in pieces that no double overflows: a factor is at most 2.
        let product = 1;
        for (let j = 0; j < negativeLogits.length; j++) {
          negativeSlopes[j] = 0;
          if (isNegative[j] === 0) continue;
          const z = negativeLogits[j]!;
          const e = Math.exp(-Math.abs(z));
          if (z > 0) linear += z;
          product *= 1 + e;
          if (product > LARGE) {
            linear += Math.log(product);
            product = 1;
          }
          negativeSlopes[j] = (each * (z >= 0 ? 1 : e)) / (1 + e);
        }
        return value + each * (linear + Math.log(product));
      };
    case "bpr":
      return (logits, negativeLogits, slopes, negativeSlopes) => {
        let value = 0;
        slopes.fill(0);
        negativeSlopes.fill(0);
        for (let i = 0; i < logits.length; i++) {
          const each = share * weights[i]!;
          for (let j = 0; j < negativeLogits.length; j++) {
            if (isNegative[j] === 0) continue;
            const margin = logits[i]! - negativeLogits[j]!;
            const slope = each * bayesianPersonalizedRankingSlope(margin);
            value += each * bayesianPersonalizedRanking(margin);
            slopes[i]! += slope;
            negativeSlopes[j]! -= slope;
          }
        }
        return value;
      };
    default:
      return loss satisfies never;
  }
}

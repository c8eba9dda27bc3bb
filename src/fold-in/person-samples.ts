/** What a person's loss is made of, and what it is: a function of logits. Formulas: person-loss.ts. */
import type { LossConfig } from "../ranker/loss.ts";

/** A loss with the numbers of its own; what a sampled softmax takes off logits has been taken off those it is given. */
export type FoldableLoss = { readonly name: "bce" | "bpr" | "softmax" } | Extract<LossConfig, { readonly name: "ccl" }>;

/** Value at these logits; writes d value / d logit to `slopes` and `negativeSlopes`. */
export type PersonLoss = (
  logits: Float64Array,
  negativeLogits: Float64Array,
  slopes: Float64Array,
  negativeSlopes: Float64Array,
) => number;

export interface PersonSamples {
  readonly loss: FoldableLoss;
  /** That a positive meets in training, on average. */
  readonly negativesPerPositive: number;
  /** [positives] */
  readonly weights: Float64Array;
  /** [items standing for the negatives] of sum 1, or all 0; 0 of those that are the person's own. */
  readonly shares: Float64Array;
}

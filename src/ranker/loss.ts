/** The losses, on logits, with their derivatives: fused and stable for any finite logit. */
import type { lossNames } from "../config/losses/loss-names.ts";

/**
 * `bce`: each sample is one pair with a label. `bpr`: each sample is a user with a positive and a negative item.
 * `softmax` and `ccl`: each sample is a user with a positive and n negative items.
 */
export type LossName = (typeof lossNames)[number];

/** The cosine contrastive loss's numbers. */
export interface ContrastiveNumbers {
  /** Negatives at or below this logit cost nothing. */
  readonly margin: number;
  /** Of the mean over a positive's negatives, beside the positive's 1. */
  readonly negativeWeight: number;
}

/** A loss with the numbers it needs, as plain data. */
export type LossConfig =
  | { readonly name: "bce" | "bpr" }
  /** itemLogQ [items]: log of the share of negatives that each item is, taken off every logit; null where alike. */
  | { readonly name: "softmax"; readonly itemLogQ: Float32Array | null }
  | ({ readonly name: "ccl" } & ContrastiveNumbers);

/** ln(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** 1 / (1 + e^-x) without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/**
 * Binary cross-entropy on a logit: -y ln p - (1 - y) ln(1 - p) = softplus(z) - y z, with p = sigmoid(z).
 * softplus is taken apart so that max(z, 0) and y z cancel first: a confident sample keeps the digits of its tiny loss.
 */
export function binaryCrossEntropy(logit: number, label: number): number {
  return Math.max(logit, 0) - label * logit + Math.log1p(Math.exp(-Math.abs(logit)));
}

/** d BCE / d logit = sigmoid(z) - y. */
export function binaryCrossEntropySlope(logit: number, label: number): number {
  return sigmoid(logit) - label;
}

/** BPR (Rendle et al. 2009, BPR-Opt without its regulariser): -ln sigmoid(z+ - z-) = softplus(-(z+ - z-)). */
export function bayesianPersonalizedRanking(margin: number): number {
  return softplus(-margin);
}

/** d BPR / d margin = -sigmoid(-margin). The positive logit gets this slope, the negative logit its opposite. */
export function bayesianPersonalizedRankingSlope(margin: number): number {
  return -sigmoid(-margin);
}

/**
 * Cross-entropy of the first of several logits under their softmax, -ln(e^z0 / sum_j e^zj): sampled softmax of a
 * positive among its negatives (Jean et al. 2015). With one negative it is BPR. Leaves d loss / d logit in `slopes`, of
 * the same length.
 */
export function softmaxCrossEntropy(logits: Float64Array, slopes: Float64Array): number {
  const own = logits[0]!;
  let largest = own;
  for (let j = 1; j < logits.length; j++) largest = Math.max(largest, logits[j]!);
  let others = 0;
  for (let j = 1; j < logits.length; j++) {
    slopes[j] = Math.exp(logits[j]! - largest);
    others += slopes[j]!;
  }
  const total = Math.exp(own - largest) + others;
  for (let j = 1; j < logits.length; j++) slopes[j]! /= total;
  slopes[0] = -others / total; // the share of the others: 1 - p would lose the digits of a small one
  return own === largest ? Math.log1p(others) : Math.log(total) + (largest - own);
}

/**
 * The cosine contrastive loss of logits that are cosines (Mao et al. 2021): 1 - z0 + negativeWeight times the mean of
 * max(0, zj - margin) over the others. Leaves d loss / d logit in `slopes`, of the same length.
 */
export function cosineContrastive(
  logits: Float64Array,
  slopes: Float64Array,
  { margin, negativeWeight }: ContrastiveNumbers,
): number {
  const share = logits.length === 1 ? 0 : negativeWeight / (logits.length - 1);
  let beyond = 0;
  for (let j = 1; j < logits.length; j++) {
    beyond += Math.max(0, logits[j]! - margin);
    slopes[j] = logits[j]! > margin ? share : 0;
  }
  slopes[0] = -1;
  return 1 - logits[0]! + share * beyond;
}

/** The two losses, on logits, with their derivatives: fused and stable for any finite logit. */

/** `bce`: each sample is one pair with a label. `bpr`: each sample is a user with a positive and a negative item. */
export type LossName = "bce" | "bpr";

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

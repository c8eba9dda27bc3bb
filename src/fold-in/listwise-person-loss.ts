/**
 * What a person's row costs where a positive i of weight w stands among n negatives of the shares s:
 *
 *   softmax   sum over i of w_i softplus(u_i),  u_i = ln(n sum over items j of s_j e^(z_j)) - z_i
 *   ccl       sum over i of w_i (1 - z_i + negativeWeight * sum over items j of s_j max(0, z_j - margin))
 *
 * ccl is the mean over draws. Under softmax the draws' sum stands inside a logarithm, and its mean stands there in its
 * place: the limit of many negatives, and a bound from above for few (Jensen). Both are convex in the logits.
 */
import { type ContrastiveNumbers, sigmoid, softplus } from "../ranker/loss.ts";
import type { PersonLoss, PersonSamples } from "./person-samples.ts";

type ListSamples = Pick<PersonSamples, "negativesPerPositive" | "weights" | "shares">;

export function softmaxPersonLoss({ negativesPerPositive, weights, shares }: ListSamples): PersonLoss {
  return (logits, negativeLogits, slopes, negativeSlopes) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < shares.length; j++) {
      if (shares[j]! > 0 && negativeLogits[j]! > largest) largest = negativeLogits[j]!;
    }
    slopes.fill(0);
    negativeSlopes.fill(0);
    if (largest === Number.NEGATIVE_INFINITY) return 0; // the person took all items
    let sum = 0;
    for (let j = 0; j < shares.length; j++) {
      if (shares[j] === 0) continue;
      const part = shares[j]! * Math.exp(negativeLogits[j]! - largest);
      negativeSlopes[j] = part;
      sum += part;
    }
    const logSum = largest + Math.log(negativesPerPositive * sum);
    let value = 0;
    let pull = 0;
    for (let i = 0; i < logits.length; i++) {
      const slope = weights[i]! * sigmoid(logSum - logits[i]!);
      value += weights[i]! * softplus(logSum - logits[i]!);
      slopes[i] = -slope;
      pull += slope;
    }
    for (let j = 0; j < negativeSlopes.length; j++) negativeSlopes[j]! *= pull / sum;
    return value;
  };
}

export function contrastivePersonLoss(
  { weights, shares }: ListSamples,
  { margin, negativeWeight }: ContrastiveNumbers,
): PersonLoss {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (logits, negativeLogits, slopes, negativeSlopes) => {
    let value = 0;
    for (let i = 0; i < logits.length; i++) {
      value += weights[i]! * (1 - logits[i]!);
      slopes[i] = -weights[i]!;
    }
    for (let j = 0; j < negativeLogits.length; j++) {
      const beyond = negativeLogits[j]! - margin;
      const each = total * negativeWeight * shares[j]!;
      if (beyond > 0) value += each * beyond;
      negativeSlopes[j] = beyond > 0 ? each : 0;
    }
    return value;
  };
}

/**
 * What a person's row costs under the run's own loss: each item taken has the slope it would have in training, and
 * the negatives, which training draws anew in every epoch, stand as what they are on average, so nothing is drawn.
 * P positives of weights w, n negatives a positive, and the shares s of items among the negatives of this person:
 *
 *   bce   sum over positives i of w_i softplus(-z_i)  +  n P sum over items j of s_j softplus(z_j)
 *   bpr   n * sum over positives i of w_i sum over items j of s_j softplus(-(z_i - z_j))
 *
 * softmax and ccl: listwise-person-loss.ts.
 */

import { bayesianPersonalizedRanking, bayesianPersonalizedRankingSlope, sigmoid, softplus } from "../ranker/loss.ts";
import { contrastivePersonLoss, softmaxPersonLoss } from "./listwise-person-loss.ts";
import type { PersonLoss, PersonSamples } from "./person-samples.ts";

/** A product this large is turned into its logarithm. */
const LARGE = 1e250;

export function personLoss(samples: PersonSamples): PersonLoss {
  const { loss } = samples;
  switch (loss.name) {
    case "bce":
      return binaryPersonLoss(samples);
    case "bpr":
      return pairwisePersonLoss(samples);
    case "softmax":
      return softmaxPersonLoss(samples);
    case "ccl":
      return contrastivePersonLoss(samples, loss);
    default:
      return loss satisfies never;
  }
}

function binaryPersonLoss({ negativesPerPositive, weights, shares }: PersonSamples): PersonLoss {
  return (logits, negativeLogits, slopes, negativeSlopes) => {
    let value = 0;
    for (let i = 0; i < logits.length; i++) {
      value += weights[i]! * softplus(-logits[i]!);
      slopes[i] = -weights[i]! * sigmoid(-logits[i]!);
    }
    const samples = negativesPerPositive * logits.length;
    let linear = 0;
    // softplus(z) = max(z, 0) + ln(1 + e), e = exp(-|z|), which sigmoid(z) wants too. Of the sum of logarithms of
    // neighbours with one share that of the product, in pieces that no double overflows: a factor is at most 2.
    let product = 1;
    let common = 0;
    for (let j = 0; j < negativeLogits.length; j++) {
      const share = shares[j]!;
      negativeSlopes[j] = 0;
      if (share === 0) continue;
      if (share !== common || product > LARGE) {
        linear += common * Math.log(product);
        product = 1;
        common = share;
      }
      const z = negativeLogits[j]!;
      const e = Math.exp(-Math.abs(z));
      if (z > 0) linear += share * z;
      product *= 1 + e;
      negativeSlopes[j] = (samples * share * (z >= 0 ? 1 : e)) / (1 + e);
    }
    return value + samples * (linear + common * Math.log(product));
  };
}

function pairwisePersonLoss({ negativesPerPositive, weights, shares }: PersonSamples): PersonLoss {
  return (logits, negativeLogits, slopes, negativeSlopes) => {
    let value = 0;
    slopes.fill(0);
    negativeSlopes.fill(0);
    for (let i = 0; i < logits.length; i++) {
      const samples = negativesPerPositive * weights[i]!;
      for (let j = 0; j < negativeLogits.length; j++) {
        const each = samples * shares[j]!;
        if (each === 0) continue;
        const margin = logits[i]! - negativeLogits[j]!;
        const slope = each * bayesianPersonalizedRankingSlope(margin);
        value += each * bayesianPersonalizedRanking(margin);
        slopes[i]! += slope;
        negativeSlopes[j]! -= slope;
      }
    }
    return value;
  };
}

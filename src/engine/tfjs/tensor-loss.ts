/** bce and bpr on tensors, each with its slope written out. Their plain twins are in ranker/loss.ts. */
import type { GradSaveFunc, Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { pairwiseRowSums } from "./pairwise-sum.ts";
import type { Tfjs } from "./tfjs-packages.ts";

/** Mean binary cross-entropy of logits [pairs] against labels [pairs], each times its weight where there are some. */
export function meanCrossEntropy(tf: Tfjs, logits: Tensor1D, labels: Tensor1D, weights: Tensor1D | null): Scalar {
  return meanWithSlope(tf, logits, weights, {
    // max(z, 0) - y z + ln(1 + e^-|z|)
    value: (z) => tf.add(tf.sub(tf.maximum(z, 0), tf.mul(labels, z)), tf.log1p(tf.exp(tf.neg(tf.abs(z))))),
    // sigmoid(z) - y, written so that a confident sample keeps the digits of its small slope
    slope: (z) => tf.sub(tf.mul(tf.sub(1, labels), tf.sigmoid(z)), tf.mul(labels, tf.sigmoid(tf.neg(z)))),
  });
}

/** Mean BPR loss of margins [pairs], each times its weight where there are some. */
export function meanPersonalizedRanking(tf: Tfjs, margins: Tensor1D, weights: Tensor1D | null): Scalar {
  return meanWithSlope(tf, margins, weights, {
    // ln(1 + e^-m) = max(-m, 0) + ln(1 + e^-|m|)
    value: (m) => tf.add(tf.maximum(tf.neg(m), 0), tf.log1p(tf.exp(tf.neg(tf.abs(m))))),
    slope: (m) => tf.neg(tf.sigmoid(tf.neg(m))),
  });
}

interface SampleLoss {
  value(x: Tensor): Tensor;
  slope(x: Tensor): Tensor;
}

function meanWithSlope(tf: Tfjs, x: Tensor1D, weights: Tensor1D | null, { value, slope }: SampleLoss): Scalar {
  const weighted = (tensor: Tensor): Tensor => (weights === null ? tensor : tf.mul(tensor, weights));
  const mean = tf.customGrad((...inputs) => {
    const [samples, save] = inputs as [Tensor, GradSaveFunc];
    save([samples]);
    const sum = pairwiseRowSums(tf, tf.reshape(weighted(value(samples)), [1, x.size]));
    return {
      value: tf.div(tf.reshape(sum, []), x.size),
      gradFunc: (upstream, saved) => tf.mul(tf.div(weighted(slope((saved as Tensor[])[0]!)), x.size), upstream),
    };
  })(x);
  return mean as Scalar; // customGrad keeps no ranks
}

/** Mean loss of a batch and its gradient, differentiated by TensorFlow.js (tensor-ranker.ts, tensor-loss.ts). */
import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import type { PairBatch } from "../../dataset/batch.ts";
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import { meanCrossEntropy, meanPersonalizedRanking } from "./tensor-loss.ts";
import { commonParameters, pairLogits, type TensorParameters } from "./tensor-ranker.ts";
import type { Tfjs } from "./tfjs-packages.ts";

export interface TensorGradient {
  readonly loss: Scalar;
  /** One for every parameter, flat, in the parameters' order. */
  readonly gradients: ReadonlyMap<string, Tensor1D>;
}

export interface GradientModel {
  readonly spec: RankerSpec;
  readonly parameters: TensorParameters;
  /** See SessionOptions. */
  readonly embeddingDecay: number;
}

/** The batch must be checked. The caller owns the result; call inside a tidy for the rest. */
export function batchGradient(
  tf: Tfjs,
  { spec, parameters, embeddingDecay }: GradientModel,
  batch: PairBatch,
): TensorGradient {
  const columns = columnsOf(tf, batch);
  const decay = embeddingDecay / batch.length;
  // Under bpr these have slope 0 exactly; s - s in float32 would leave rounding errors, which Adam takes for gradients.
  const untouched = batch.kind === "pairwise" ? commonParameters : [];
  const names = [...parameters.keys()].filter((name) => !untouched.includes(name));

  const lossOf = (...tensors: Tensor[]): Scalar => {
    const model = { spec, parameters: new Map(names.map((name, i) => [name, tensors[i] as Tensor1D])) };
    if (columns.kind === "pointwise") {
      const { labels, weights } = columns;
      return meanCrossEntropy(tf, pairLogits(tf, model, { ...columns, withoutCommon: false, decay }), labels, weights);
    }
    const { users, positives, negatives, weights } = columns;
    const above = pairLogits(tf, model, { users, items: positives, withoutCommon: true, decay });
    const below = pairLogits(tf, model, { users, items: negatives, withoutCommon: true, decay });
    return meanPersonalizedRanking(tf, tf.sub(above, below), weights);
  };

  const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => parameters.get(name)!));
  const found = new Map(names.map((name, i) => [name, grads[i] as Tensor1D]));
  return {
    loss: value as Scalar, // what lossOf returned
    gradients: new Map([...parameters].map(([name, tensor]) => [name, found.get(name) ?? tf.zerosLike(tensor)])),
  };
}

type TensorColumns = { readonly users: Tensor1D; readonly weights: Tensor1D | null } & (
  | { readonly kind: "pointwise"; readonly items: Tensor1D; readonly labels: Tensor1D }
  | { readonly kind: "pairwise"; readonly positives: Tensor1D; readonly negatives: Tensor1D }
);

function columnsOf(tf: Tfjs, batch: PairBatch): TensorColumns {
  const users = indexColumn(tf, batch.users);
  const weights = batch.weights === null ? null : tf.tensor1d(Float32Array.from(batch.weights));
  return batch.kind === "pointwise"
    ? {
        kind: "pointwise",
        users,
        weights,
        items: indexColumn(tf, batch.items),
        labels: tf.tensor1d(Float32Array.from(batch.labels)),
      }
    : {
        kind: "pairwise",
        users,
        weights,
        positives: indexColumn(tf, batch.positives),
        negatives: indexColumn(tf, batch.negatives),
      };
}

/** A copy as int32, the type that lookups take; indices are far below 2^31, where a table would not fit any memory. */
export function indexColumn(tf: Tfjs, indices: Uint32Array): Tensor1D {
  return tf.tensor1d(Int32Array.from(indices), "int32");
}

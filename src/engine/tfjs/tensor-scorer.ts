/**
 * Logits from tensors, pair by pair or for the whole catalogue, in pieces that bound the
 * memory of intermediate results.
 */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { RankerSpec } from "../../ranker/ranker-spec.ts";
import type { Scorer } from "../../ranker/scorer.ts";
import { checkedPairs, checkedUsers } from "../check-batch.ts";
import { indexColumn } from "./tensor-gradient.ts";
import {
  denseRelu,
  pairLogits,
  type TensorParameters,
  tableOf,
  tensorOf,
  towerHead,
  towerLayer,
} from "./tensor-ranker.ts";
import type { Tfjs } from "./tfjs-packages.ts";

/**
 * Runs `score` in its turn, with the parameters of the moment; `compute` is one synchronous run
 * on the session's backend.
 */
export type WithParameters = (score: (at: ScoringPoint) => Promise<Float32Array>) => Promise<Float32Array>;

export interface ScoringPoint {
  readonly parameters: TensorParameters;
  /** A host copy of what `work` computes; its other tensors are freed. Other work of the program runs in between. */
  compute(work: () => Tensor1D): Promise<Float32Array>;
}

const PAIRS_AT_ONCE = 1 << 17;

export function openTensorScorer(tf: Tfjs, spec: RankerSpec, withParameters: WithParameters): Scorer {
  return {
    users: spec.users,
    items: spec.items,

    pairs: (userColumn, itemColumn) =>
      withParameters(async ({ parameters, compute }) => {
        const { users, items } = checkedPairs(userColumn, itemColumn, spec);
        const logits = new Float32Array(users.length);
        for (let start = 0; start < users.length; start += PAIRS_AT_ONCE) {
          const end = Math.min(users.length, start + PAIRS_AT_ONCE);
          const columnOf = (indices: Uint32Array): Tensor1D => indexColumn(tf, indices.subarray(start, end));
          const work = () => {
            const pairs = { users: columnOf(users), items: columnOf(items) };
            return pairLogits(tf, { spec, parameters }, { ...pairs, withoutCommon: false, decay: 0 });
          };
          logits.set(await compute(work), start);
        }
        return logits;
      }),

    catalogue: (userColumn) =>
      withParameters(async ({ parameters, compute }) => {
        const users = checkedUsers(userColumn, spec);
        const logits = new Float32Array(users.length * spec.items); // [users.length, items], row-major
        const usersAtOnce = Math.max(1, Math.floor(PAIRS_AT_ONCE / spec.items));
        for (let start = 0; start < users.length; start += usersAtOnce) {
          const some = users.subarray(start, Math.min(users.length, start + usersAtOnce));
          const work = () => catalogueLogits(tf, { spec, parameters }, indexColumn(tf, some));
          logits.set(await compute(work), start * spec.items);
        }
        return logits;
      }),
  };
}

/** [users * items] logits. The paths meet as matrices [users, items]; only the tower works pair by pair. */
function catalogueLogits(
  tf: Tfjs,
  model: { readonly spec: RankerSpec; readonly parameters: TensorParameters },
  users: Tensor1D,
): Tensor1D {
  const { spec, parameters } = model;
  const { dot, gmf, embedding, idBiases, items } = spec;
  const userRows = (name: string, width: number): Tensor2D => tf.gather(tableOf(tf, parameters, name, width), users);
  const itemRows = (name: string, width: number): Tensor2D => tableOf(tf, parameters, name, width);
  const terms: Tensor2D[] = [];
  if (dot > 0) terms.push(tf.matMul(userRows("userDot", dot), itemRows("itemDot", dot), false, true));
  if (gmf > 0) {
    const weighted = tf.mul(userRows("userGmf", gmf), tf.slice1d(tensorOf(parameters, "head.weight"), 0, gmf));
    terms.push(tf.matMul(weighted as Tensor2D, itemRows("itemGmf", gmf), false, true));
  }
  if (embedding > 0) terms.push(towerLogits(tf, model, users));
  if (idBiases) {
    terms.push(tf.add(userRows("userBias", 1), tf.reshape(tensorOf(parameters, "itemBias"), [1, items])));
  }
  const sum = terms.reduce((total, term) => tf.add(total, term));
  return tf.reshape(tf.add(sum, tensorOf(parameters, "head.bias")), [users.size * items]);
}

/** [users, items]: the first layer's two halves are computed once per user and once per item, and added per pair. */
function towerLogits(
  tf: Tfjs,
  { spec, parameters }: { readonly spec: RankerSpec; readonly parameters: TensorParameters },
  users: Tensor1D,
): Tensor2D {
  const { embedding, tower, items } = spec;
  const userRows = tf.gather(tableOf(tf, parameters, "userMlp", embedding), users);
  const itemRows = tableOf(tf, parameters, "itemMlp", embedding);
  const { first, width } = towerHead(spec);
  const head = tf.reshape(tf.slice1d(tensorOf(parameters, "head.weight"), first, width), [width, 1]) as Tensor2D;
  if (tower.length === 0) {
    const ofUsers = tf.matMul(userRows, tf.slice2d(head, [0, 0], [embedding, 1]));
    const ofItems = tf.matMul(itemRows, tf.slice2d(head, [embedding, 0], [embedding, 1]));
    return tf.add(ofUsers, tf.reshape(ofItems, [1, items]));
  }
  const { weight, bias } = towerLayer(tf, spec, parameters, 0);
  const outputs = tower[0]!;
  const half = (rows: Tensor2D, from: number): Tensor2D =>
    tf.matMul(rows, tf.slice2d(weight, [0, from], [outputs, embedding]), false, true);
  const ofUsers = tf.reshape(half(userRows, 0), [users.size, 1, outputs]);
  const ofItems = tf.reshape(tf.add(half(itemRows, embedding), bias), [1, items, outputs]);
  let hidden: Tensor2D = tf.reshape(tf.relu(tf.add(ofUsers, ofItems)), [users.size * items, outputs]);
  for (let layer = 1; layer < tower.length; layer++) {
    hidden = denseRelu(tf, towerLayer(tf, spec, parameters, layer), hidden);
  }
  return tf.reshape(tf.matMul(hidden, head), [users.size, items]);
}

/** The ranker of ranker-spec.ts on tensors: logits of pairs, differentiable. Its plain twin is ranker/forward.ts. */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { headWidth, type RankerSpec } from "../../ranker/ranker-spec.ts";
import { lookUpRows } from "./row-lookup.ts";
import type { Tfjs } from "./tfjs-packages.ts";

export type TensorParameters = ReadonlyMap<string, Tensor1D>;

/** int32 columns of equal length. */
export interface PairColumns {
  readonly users: Tensor1D;
  readonly items: Tensor1D;
}

export interface LogitRequest extends PairColumns {
  /** Leaves out the terms of `commonParameters`. */
  readonly withoutCommon: boolean;
  /**
   * Joins the gradient of every embedding looked up, times that embedding: a batch's share of the
   * session's embeddingDecay; 0 for scores.
   */
  readonly decay: number;
}

export interface DenseTensors {
  /** [outputs, inputs] */
  readonly weight: Tensor2D;
  /** [outputs] */
  readonly bias: Tensor1D;
}

/** What the logits of one user have in common: a loss of differences does not see it. */
export const commonParameters: readonly string[] = ["userBias", "head.bias"];

/** [pairs] logits. Call inside a tidy. */
export function pairLogits(
  tf: Tfjs,
  { spec, parameters }: { readonly spec: RankerSpec; readonly parameters: TensorParameters },
  { users, items, withoutCommon, decay }: LogitRequest,
): Tensor1D {
  const { dot, gmf, embedding, tower, idBiases } = spec;
  const rowsOf = (name: string, width: number): Tensor2D => {
    const indices = name.startsWith("user") ? users : items;
    return lookUpRows(tf, tableOf(tf, parameters, name, width), indices, name.endsWith("Bias") ? 0 : decay);
  };
  const pairs = users.size;
  const terms: Tensor1D[] = [];

  if (dot > 0) terms.push(tf.sum(tf.mul(rowsOf("userDot", dot), rowsOf("itemDot", dot)), 1));
  const headInputs: Tensor2D[] = [];
  if (gmf > 0) headInputs.push(tf.mul(rowsOf("userGmf", gmf), rowsOf("itemGmf", gmf)));
  if (embedding > 0) {
    let hidden = tf.concat2d([rowsOf("userMlp", embedding), rowsOf("itemMlp", embedding)], 1);
    for (let layer = 0; layer < tower.length; layer++)
      hidden = denseRelu(tf, towerLayer(tf, spec, parameters, layer), hidden);
    headInputs.push(hidden);
  }
  if (headInputs.length > 0) {
    const inputs = headInputs.length === 1 ? headInputs[0]! : tf.concat2d(headInputs, 1);
    terms.push(tf.reshape(tf.matMul(inputs, tableOf(tf, parameters, "head.weight", 1)), [pairs]));
  }
  if (idBiases) terms.push(tf.reshape(rowsOf("itemBias", 1), [pairs]));
  if (idBiases && !withoutCommon) terms.push(tf.reshape(rowsOf("userBias", 1), [pairs]));
  const sum = terms.reduce((total, term) => tf.add(total, term));
  return withoutCommon ? sum : tf.add(sum, tensorOf(parameters, "head.bias"));
}

/** relu(x W^T + b), [rows, outputs] of [rows, inputs]. */
export function denseRelu(tf: Tfjs, { weight, bias }: DenseTensors, x: Tensor2D): Tensor2D {
  return tf.relu(tf.add(tf.matMul(x, weight, false, true), bias));
}

/** Layer number `layer` of the tower, from 0. */
export function towerLayer(tf: Tfjs, spec: RankerSpec, parameters: TensorParameters, layer: number): DenseTensors {
  const inputs = spec.tower[layer - 1] ?? 2 * spec.embedding;
  return {
    weight: tableOf(tf, parameters, `tower.${layer}.weight`, inputs),
    bias: tensorOf(parameters, `tower.${layer}.bias`),
  };
}

/** A flat parameter as [rows, width]. */
export function tableOf(tf: Tfjs, parameters: TensorParameters, name: string, width: number): Tensor2D {
  const flat = tensorOf(parameters, name);
  return tf.reshape(flat, [flat.size / width, width]);
}

export function tensorOf(parameters: TensorParameters, name: string): Tensor1D {
  const found = parameters.get(name);
  if (found === undefined) throw new RangeError(`parameters have no ${name}; they belong to another ranker`);
  return found;
}

/** Where the head's inputs from the tower begin, and how many there are. */
export function towerHead(spec: RankerSpec): { readonly first: number; readonly width: number } {
  return { first: spec.gmf, width: headWidth(spec) - spec.gmf };
}

/**
 * Logits of every item for one user. The first tower layer is linear before its ReLU, so W [p | q] + b splits
 * into a half that only the user decides and a half that only the item decides; each is computed once instead of
 * once per pair. Without a tower the head is split the same way. Twin: ranker/forward.ts, from which it differs
 * in the order of sums only.
 */
import { type DenseLayer, denseRelu, type Forward, openForward } from "../../ranker/forward.ts";
import type { FloatArray, Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import { withoutCosine } from "../../ranker/unit-rows.ts";

/** Writes [items] logits of `user` to `out`. */
export type ScoreUser = (user: number, out: Float32Array) => void;

/** Costs about as much as scoring one user, before any user is scored. */
export function openCatalogue(given: RankerSpec, of: Parameters): ScoreUser {
  const { spec, parameters } = withoutCosine(given, of);
  const forward = openForward(spec, parameters);
  const addLinear = openLinearPaths(spec, parameters, forward.head);
  const addTower = openTowerPath(spec, parameters, forward);
  const headBias = parameters.get("head.bias")?.[0] ?? 0;
  const sums = new Float64Array(spec.items);
  return (user, out) => {
    sums.fill(headBias);
    addLinear(user, sums);
    if (spec.embedding > 0) addTower(user, sums);
    out.set(sums);
  };
}

/** Adds one path's share of each item's logit to `sums` [items]. */
type AddPath = (user: number, sums: Float64Array) => void;

/** The dot path, the GMF path and the biases: for one user, each is linear in the item. */
function openLinearPaths(spec: RankerSpec, parameters: Parameters, head: Float64Array): AddPath {
  const { items, dot, gmf } = spec;
  const userBias = parameters.get("userBias");
  const itemBias = parameters.get("itemBias");
  return (user, sums) => {
    addTableProduct(tableOf(parameters, "itemDot"), rowOf(parameters, "userDot", user, dot), sums);
    const weighted = rowOf(parameters, "userGmf", user, gmf).map((value, i) => head[i]! * value);
    addTableProduct(tableOf(parameters, "itemGmf"), weighted, sums);
    if (userBias === undefined || itemBias === undefined) return;
    for (let item = 0; item < items; item++) sums[item]! += userBias[user]! + itemBias[item]!;
  };
}

function openTowerPath(spec: RankerSpec, parameters: Parameters, forward: Forward): AddPath {
  const { items, gmf, embedding } = spec;
  const { head, tower, layers } = forward;
  const first: DenseLayer = tower[0] ?? { weight: head.slice(gmf), bias: new Float64Array(1) };
  const outputs = first.bias.length;
  const itemHalves = new Float64Array(items * outputs); // [items, outputs]
  const itemTable = tableOf(parameters, "itemMlp");
  for (let item = 0; item < items; item++) {
    const row = itemTable.subarray(item * embedding, (item + 1) * embedding);
    addHalf(first, embedding, row, itemHalves.subarray(item * outputs, (item + 1) * outputs));
  }
  const userHalf = new Float64Array(outputs);
  const last = layers.at(-1) ?? userHalf;

  return (user, sums) => {
    userHalf.set(first.bias);
    addHalf(first, 0, rowOf(parameters, "userMlp", user, embedding), userHalf);
    if (tower.length === 0) {
      for (let item = 0; item < items; item++) sums[item]! += userHalf[0]! + itemHalves[item]!;
      return;
    }
    const hidden = layers[1]!;
    for (let item = 0, half = 0; item < items; item++) {
      for (let o = 0; o < outputs; o++, half++) hidden[o] = Math.max(0, userHalf[o]! + itemHalves[half]!);
      for (let layer = 1; layer < tower.length; layer++) denseRelu(tower[layer]!, layers[layer]!, layers[layer + 1]!);
      let sum = 0;
      for (let i = 0; i < last.length; i++) sum += head[gmf + i]! * last[i]!;
      sums[item]! += sum;
    }
  };
}

/** out[o] += sum over i of W[o, firstInput + i] x[i]. */
function addHalf({ weight }: DenseLayer, firstInput: number, x: FloatArray, out: Float64Array): void {
  const inputs = weight.length / out.length;
  for (let o = 0; o < out.length; o++) {
    const start = o * inputs + firstInput;
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += weight[start + i]! * x[i]!;
    out[o]! += sum;
  }
}

/** sums[row] += <table row, x>. Nothing for an x without values. */
function addTableProduct(table: FloatArray, x: Float64Array, sums: Float64Array): void {
  const width = x.length;
  if (width === 0) return;
  for (let row = 0, index = 0; row < sums.length; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++, index++) sum += table[index]! * x[i]!;
    sums[row]! += sum;
  }
}

/** The user's row as float64; empty for a path that the spec leaves out. */
function rowOf(parameters: Parameters, name: string, id: number, width: number): Float64Array {
  return new Float64Array(tableOf(parameters, name).subarray(id * width, (id + 1) * width));
}

function tableOf(parameters: Parameters, name: string): FloatArray {
  return parameters.get(name) ?? new Float64Array(0);
}

/** What the benchmarks train on: a made-up log with skewed popularities, initial values, and optimizers by name. */
import { groupItemsByUser } from "../dist/src/dataset/interaction-dataset.js";
import { streamKey, threefry, unitInterval } from "../dist/src/random.js";
import { parametersOf, sizeOf } from "../dist/src/ranker/ranker-spec.js";

/** A spec of one of peers/neumf-models.mjs. */
export function specOf({ users, items, gmf, embedding, tower }) {
  return { users, items, dot: 0, gmf, embedding, tower: tower.slice(1), idBiases: false };
}

/** `adam`, `lawn-adam`, `lawn-row-adam` and so on: LAWN over layers or rows, constrained from the second step on. */
export function optimizerCalled(words) {
  const name = words.replace(/^lawn-(row-)?/, "");
  const base =
    name === "sgd"
      ? { name, momentum: 0, nesterov: false, weightDecay: 0 }
      : { name, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  const lawn = {
    switchAt: { kind: "step", step: 1 },
    scope: "all",
    granularity: words.startsWith("lawn-row-") ? "row" : "layer",
    project: "both",
    state: "keep",
    constrainBiases: false,
  };
  return { base, lawn: words.startsWith("lawn-") ? lawn : null };
}

export function madeUpParameters(spec) {
  const block = { first: 0, second: 0 };
  return new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const key = streamKey(1, name);
      const tensor = Float32Array.from({ length: sizeOf(shape) }, (_, k) => {
        threefry(key, k, 0, block);
        return 0.2 * (unitInterval(block.first) - 0.5);
      });
      return [name, tensor];
    }),
  );
}

/** Popularity of the n-th user or item falls as a power of n; both columns are independent. */
export function madeUpLog({ users, items }, length) {
  const draw = (name, extent, skew) => {
    const key = streamKey(1, name);
    const block = { first: 0, second: 0 };
    return Uint32Array.from({ length }, (_, row) => {
      threefry(key, row, 0, block);
      return Math.floor(extent * unitInterval(block.first) ** skew);
    });
  };
  const interactions = {
    users,
    items,
    length,
    userColumn: draw("users", users, 2),
    itemColumn: draw("items", items, 2.5),
  };
  return { interactions, seen: groupItemsByUser(interactions) };
}

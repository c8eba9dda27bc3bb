/** What the benchmarks train on: a made-up log with skewed popularities, initial values, and optimizers by name. */
import { isRuleName, ruleNames, settingsOfRule } from "../dist/src/config/optimizer/rule-table.js";
import { groupItemsByUser } from "../dist/src/dataset/interaction-dataset.js";
import { baseConfigOf } from "../dist/src/optimizer/optimizer-config.js";
import { streamKey, threefry, unitInterval } from "../dist/src/random.js";
import { parametersOf, sizeOf } from "../dist/src/ranker/ranker-spec.js";

/** A spec of one of peers/models.mjs. */
export function specOf({ users, items, gmf, embedding, tower }) {
  return { users, items, dot: 0, gmf, embedding, tower: tower.slice(1), idBiases: false, cosineTemperature: null };
}

/** `adam`, `lawn-adam`, `lawn-row-adam` and so on: LAWN over layers or rows, constrained from the second step on. */
export function optimizerCalled(words) {
  const name = words.replace(/^lawn-(row-)?/, "");
  if (!isRuleName(name)) throw new Error(`there is no optimizer ${name}; expected one of ${ruleNames.join(", ")}`);
  const defaults = new Map(settingsOfRule(name).map(([key, setting]) => [key, setting.default]));
  const base = baseConfigOf(name, (key) => (key === "weightDecay" ? 0 : defaults.get(key)));
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
    weights: null,
  };
  return { interactions, seen: groupItemsByUser(interactions) };
}

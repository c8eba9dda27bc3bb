/** A person's logits against ranker/forward.ts, and their slopes against finite differences, on every kind of path. */
import { describe, expect, it } from "@jest/globals";
import { openPersonScores } from "../../src/fold-in/person-scores.ts";
import { rowLayout } from "../../src/fold-in/row-layout.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { initializeParameters } from "../../src/ranker/initialize.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const extents = { users: 2, items: 5 };
const initializers = {
  embedding: { name: "normal", scale: 0.8 },
  dense: { name: "normal", scale: 0.7 },
  head: { name: "normal", scale: 0.6 },
  bias: { name: "normal", scale: 0.5 },
} as const;
const rankers: readonly (readonly [string, RankerSpec])[] = [
  ["dot and biases", { ...noPaths, ...extents, dot: 5, idBiases: true }],
  ["gmf", { ...noPaths, ...extents, gmf: 4 }],
  ["embeddings without layers", { ...noPaths, ...extents, gmf: 2, embedding: 3 }],
  ["everything", { ...extents, dot: 2, gmf: 3, embedding: 4, tower: [6, 3], idBiases: true, cosineTemperature: null }],
  ["a tower of one layer", { ...noPaths, ...extents, embedding: 4, tower: [6] }],
];

describe.each(rankers)("a person's scores by %s", (_, spec) => {
  const parameters = initializeParameters(spec, initializers, 3);
  const layout = rowLayout(spec);
  const row = new Float64Array(layout.width);
  for (const { name, start, end } of layout.tables) {
    row.set(parameters.get(name)!.subarray(end - start, 2 * (end - start)), start); // user 1
  }
  const items = Uint32Array.of(4, 0, 2);
  const scores = openPersonScores(spec, parameters, { layout, correction: null })(items);

  it("are the ranker's logits", () => {
    const { logit } = openForward(spec, parameters);
    const out = new Float64Array(3);
    scores.score(row, out);
    // GMF's products with the head are kept in float32: 6e-8 relative.
    for (const [k, item] of items.entries()) expect(out[k]).toBeCloseTo(logit(1, item), 6);
  });

  it("are less what is taken off each item", () => {
    const correction = Float32Array.of(1, 2, 3, 4, 5);
    const [out, less] = [new Float64Array(3), new Float64Array(3)];
    scores.score(row, out);
    openPersonScores(spec, parameters, { layout, correction })(items).score(row, less);
    for (const [k, item] of items.entries()) expect(less[k]).toBeCloseTo(out[k]! - correction[item]!, 12);
  });

  it("have the slopes of finite differences", () => {
    const slopes = Float64Array.of(0.7, 0, -1.3);
    const gradient = new Float64Array(layout.width);
    const out = new Float64Array(3);
    scores.score(row, out);
    scores.addGradient(slopes, gradient);
    for (const i of row.keys()) {
      const weighted = (change: number): number => {
        const moved = row.slice();
        moved[i]! += change;
        scores.score(moved, out);
        return out.reduce((sum, value, k) => sum + slopes[k]! * value, 0);
      };
      expect(gradient[i]).toBeCloseTo((weighted(1e-6) - weighted(-1e-6)) / 2e-6, 6); // piecewise linear: rounding alone
    }
  });
});

/** Curvature at the start: of softmax and bce that of finite differences, where all users are one. */
import { describe, expect, it } from "@jest/globals";
import { openPersonScores } from "../../src/fold-in/person-scores.ts";
import { rowLayout } from "../../src/fold-in/row-layout.ts";
import { negativesCurvature, positiveCurvatures, samplesOf } from "../../src/fold-in/start-curvature.ts";
import { initializeParameters } from "../../src/ranker/initialize.ts";
import { softplus } from "../../src/ranker/loss.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 1, items: 5, dot: 3 };
const normal = { name: "normal", scale: 1 } as const;
const parameters = initializeParameters(spec, { embedding: normal, dense: normal, head: normal, bias: normal }, 4);
const shares = Float64Array.of(0.1, 0.2, 0.3, 0.25, 0.15);
const scores = openPersonScores(spec, parameters, { layout: rowLayout(spec), correction: null })(
  Uint32Array.of(0, 1, 2, 3, 4),
);
const row = Float64Array.of(0.3, -0.7, 0.4);

const lossOfLogits = {
  bce: (logits: Float64Array) => logits.reduce((sum, z, j) => sum + shares[j]! * softplus(z), 0),
  softmax: (logits: Float64Array) => Math.log(logits.reduce((sum, z, j) => sum + shares[j]! * Math.exp(z), 0)),
};

describe("the curvature of negatives", () => {
  it.each(["bce", "softmax"] as const)("is that of finite differences under %s", (loss) => {
    const matrix = negativesCurvature(loss, scores, { shares, rows: row, width: 3 });
    const valueAt = (changes: readonly (readonly [entry: number, by: number])[]): number => {
      const moved = row.slice();
      for (const [entry, by] of changes) moved[entry]! += by;
      const logits = new Float64Array(5);
      scores.score(moved, logits);
      return lossOfLogits[loss](logits);
    };
    const h = 1e-3;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j <= i; j++) {
        const mixed = [h, -h].flatMap((a) =>
          [h, -h].map(
            (b) =>
              Math.sign(a * b) *
              valueAt([
                [i, a],
                [j, b],
              ]),
          ),
        );
        const difference = mixed.reduce((sum, value) => sum + value, 0) / (4 * h * h);
        expect(matrix[i * 3 + j]).toBeCloseTo(difference, 5); // of order h^2
      }
    }
  });

  it("is none under ccl, and a quarter of each under bpr", () => {
    expect(Math.max(...negativesCurvature("ccl", scores, { shares, rows: row, width: 3 }).map(Math.abs))).toBe(0);
    const quarter = new Float64Array(9);
    scores.addCurvature(
      shares.map((share) => share / 4),
      quarter,
    );
    const found = negativesCurvature("bpr", scores, { shares, rows: row, width: 3 });
    for (const [k, value] of found.entries()) expect(value).toBeCloseTo(quarter[k]!, 12);
  });
});

describe("the curvature of positives, and how often negatives count", () => {
  it("is that of softplus by its slope, by hand", () => {
    // Weight 2, sigmoid 1/4: slope -1/2, curvature 2 * 1/4 * 3/4.
    const [weights, slopes] = [Float64Array.of(2), Float64Array.of(-0.5)];
    for (const loss of ["bce", "softmax"] as const) {
      expect([...positiveCurvatures(loss, weights, slopes)]).toEqual([3 / 8]);
    }
    expect([...positiveCurvatures("bpr", weights, slopes)]).toEqual([1 / 2]);
    expect([...positiveCurvatures("ccl", weights, slopes)]).toEqual([0]);
    // Four of each of two positives; under softmax as much as the positives are pulled.
    expect(samplesOf("bce", 4, Float64Array.of(-0.5, -0.25))).toBe(8);
    expect(samplesOf("softmax", 4, Float64Array.of(-0.5, -0.25))).toBe(0.75);
  });
});

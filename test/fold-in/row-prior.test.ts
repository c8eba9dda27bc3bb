/** What two users say of a row, by hand. */
import { describe, expect, it } from "@jest/globals";
import { rowLayout } from "../../src/fold-in/row-layout.ts";
import { rowPrior } from "../../src/fold-in/row-prior.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 3, items: 1, dot: 1, idBiases: true };
const parameters = new Map([
  ["userDot", Float32Array.of(1, 99, 3)],
  ["userBias", Float32Array.of(-2, 99, 2)],
]);

describe("what users say of a row", () => {
  it("is the mean and the inverse covariance of those who were trained", () => {
    const layout = rowLayout(spec);
    expect(layout).toEqual({
      tables: [
        { name: "userDot", start: 0, end: 1 },
        { name: "userBias", start: 1, end: 2 },
      ],
      width: 2,
    });
    const { mean, precision } = rowPrior(layout, parameters, Uint32Array.of(0, 2));
    expect([...mean]).toEqual([2, 0]);
    // Rows (-1, -2) and (1, 2) about the mean: covariance [1 2; 2 4] + e I with e = 1e-4 * 5 / 2. Its inverse is
    // [4 + e, -2; -2, 1 + e] / (5 e + e^2): along (1, 2) a step costs 1 / (5 + e) of its square, across it 1 / e.
    const e = 2.5e-4;
    const determinant = 5 * e + e * e;
    const expected = [(4 + e) / determinant, -2 / determinant, -2 / determinant, (1 + e) / determinant];
    for (const [k, value] of expected.entries()) expect(precision[k]! / value).toBeCloseTo(1, 9);
  });

  it("holds every row to that of users who are all alike", () => {
    const { mean, precision } = rowPrior(rowLayout(spec), parameters, Uint32Array.of(2));
    expect([...mean]).toEqual([3, 2]);
    expect(precision[0]).toBeGreaterThan(1e12);
  });
});

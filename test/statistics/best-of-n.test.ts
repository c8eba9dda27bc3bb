import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { expectedBest } from "../../src/statistics/best-of-n.ts";

describe("the best of n trials", () => {
  it("is expected to be, by hand: the mean of one, the best of pairs, the best of all", () => {
    // Pairs of 1, 2, 4: best 2, 4, 4.
    const curve = expectedBest([2, 4, 1]);
    for (const [place, value] of [7 / 3, 10 / 3, 4].entries()) expect(curve[place]).toBeCloseTo(value, 12);
    expect(expectedBest([])).toEqual([]);
  });

  it("never falls with more trials, and ends at the best", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 }), (values) => {
        const curve = expectedBest(values);
        for (let n = 1; n < curve.length; n++) expect(curve[n]!).toBeGreaterThanOrEqual(curve[n - 1]! - 1e-12);
        expect(curve.at(-1)).toBeCloseTo(Math.max(...values), 12);
      }),
    );
  });
});

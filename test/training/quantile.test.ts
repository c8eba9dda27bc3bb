/** Quantiles between the order statistics. */
import { describe, expect, it } from "@jest/globals";
import { quantileOfSorted } from "../../src/training/quantile.ts";

describe("quantileOfSorted", () => {
  it("interpolates between neighbours", () => {
    expect(quantileOfSorted([1, 2, 4], 0.5)).toBe(2);
    expect(quantileOfSorted([1, 2, 4], 0.75)).toBe(3); // place 1.5, half way from 2 to 4
    expect(quantileOfSorted([1, 2, 4], 0)).toBe(1);
    expect(quantileOfSorted([1, 2, 4], 1)).toBe(4);
    expect(quantileOfSorted([7], 0.99)).toBe(7);
  });

  it("gives infinity between infinities, and refuses nothing at all", () => {
    expect(quantileOfSorted([0, Infinity, Infinity], 0.75)).toBe(Infinity);
    expect(() => quantileOfSorted([], 0.5)).toThrow("no values");
  });
});

/** Means with their intervals, worked by hand. */
import { describe, expect, it } from "@jest/globals";
import { meanInterval } from "../../src/export/mean-interval.ts";

describe("the interval of a mean", () => {
  it("is 1.96 standard errors on either side", () => {
    // 1, 0, 1, 0: mean 0.5, squared deviations 4 x 0.25 = 1, over n - 1 = 3: 1/3; standard error
    // sqrt(1/3 / 4) = 0.288675.
    const { mean, low, high } = meanInterval([1, 0, 1, 0]);
    expect(mean).toBe(0.5);
    expect(high - mean).toBeCloseTo(1.959964 * 0.288675, 5);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  it("of one value is that value", () => {
    expect(meanInterval([0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
  });
});

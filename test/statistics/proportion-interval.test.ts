import { describe, expect, it } from "@jest/globals";
import { wilsonInterval } from "../../src/statistics/proportion-interval.ts";

describe("wilsonInterval", () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("gives for %i of %i the interval of Newcombe (1998), table I, method 3", (successes, of, low, high) => {
    const interval = wilsonInterval({ successes, of });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("is everything where nothing was tried, and ends at 1 where all succeeded", () => {
    expect(wilsonInterval({ successes: 0, of: 0 })).toEqual({ low: 0, high: 1 });
    expect(wilsonInterval({ successes: 5, of: 5 }).high).toBe(1);
  });
});

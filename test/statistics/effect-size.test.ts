import { describe, expect, it } from "@jest/globals";
import { pairedEffectSize } from "../../src/statistics/effect-size.ts";

describe("pairedEffectSize", () => {
  it("is mean over deviation", () => {
    expect(pairedEffectSize([1, 2, 3])).toBeCloseTo(2, 12); // mean 2, deviation 1
    expect(pairedEffectSize([1, 1])).toBe(0);
    expect(pairedEffectSize([1])).toBe(0);
  });
});

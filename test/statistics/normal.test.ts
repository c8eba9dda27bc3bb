import { describe, expect, it } from "@jest/globals";
import { twoSidedNormal, twoSidedQuantile } from "../../src/statistics/normal.ts";

describe("the normal distribution", () => {
  it("agrees with the tables", () => {
    expect(twoSidedNormal(1.959964)).toBeCloseTo(0.05, 6);
    expect(twoSidedNormal(-3)).toBeCloseTo(0.0026998, 7);
    expect(twoSidedQuantile(0.05)).toBeCloseTo(1.959964, 5);
  });
});

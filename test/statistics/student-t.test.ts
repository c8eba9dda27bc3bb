import { describe, expect, it } from "@jest/globals";
import { twoSidedT, upperTail } from "../../src/statistics/student-t.ts";

describe("Student's t", () => {
  it("has the quantiles of its published tables", () => {
    // Fisher & Yates, two-sided: degrees of freedom, p, t.
    const table = [
      [1, 0.05, 12.706],
      [2, 0.05, 4.303],
      [4, 0.05, 2.776],
      [9, 0.01, 3.25],
      [30, 0.001, 3.646],
      [120, 0.05, 1.98],
    ] as const;
    for (const [degrees, p, t] of table) expect(twoSidedT(t, degrees)).toBeCloseTo(p, p === 0.001 ? 6 : 4);
  });

  it("is Cauchy's with one degree, and has its closed form with two", () => {
    for (const t of [-3, -0.5, 0, 0.1, 1, 20]) {
      expect(upperTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 12);
      expect(upperTail(t, 2)).toBeCloseTo(0.5 - t / (2 * Math.sqrt(2 + t * t)), 12);
    }
  });

  it("is normal with very many degrees, and takes parts of one", () => {
    expect(twoSidedT(1.959964, 1e7)).toBeCloseTo(0.05, 6);
    expect(upperTail(2, 4.5)).toBeGreaterThan(upperTail(2, 5));
    expect(upperTail(2, 4.5)).toBeLessThan(upperTail(2, 4));
  });

  it("keeps its precision far out", () => {
    expect(upperTail(1e3, 2) / (1 / (2 * 1e6))).toBeCloseTo(1, 4); // t -> infinity: 1 / (2 t^2)
    expect(() => upperTail(1, 0)).toThrow("0 degrees of freedom");
  });
});

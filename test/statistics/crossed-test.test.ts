import { describe, expect, it } from "@jest/globals";
import { crossedMean, crossedP, equivalenceP } from "../../src/statistics/crossed-test.ts";
import { twoSidedT } from "../../src/statistics/student-t.ts";

describe("the crossed test of users and seeds", () => {
  it("adds the variances of both, worked by hand", () => {
    // Rows are seeds. Means of users 2, 4, 6; of seeds 2, 6; of all 4. Squares: users 2 (4 + 0 + 4) / 2 = 8; seeds
    // 3 (4 + 4) / 1 = 24; what is left: 1 - 2 - 2 + 4 = 1, 2 - 2 - 4 + 4 = 0, 3 - 2 - 6 + 4 = -1 and their
    // negatives, 4 in all over 2 degrees: 2. Variance (8 + 24 - 2) / 6 = 5.
    const found = crossedMean([
      [1, 2, 3],
      [3, 6, 9],
    ]);
    expect(found.mean).toBe(4);
    expect(found.standardError).toBeCloseTo(Math.sqrt(5), 12);
    // Satterthwaite: 30^2 / (8^2 / 2 + 24^2 / 1 + 2^2 / 2) = 900 / 610.
    expect(found.degreesOfFreedom).toBeCloseTo(900 / 610, 12);
    expect(crossedP(found)).toBeCloseTo(twoSidedT(4 / Math.sqrt(5), 900 / 610), 12);
  });

  it("is the paired t test where there is one seed, or seeds that do not differ", () => {
    // Differences 1, 2, 3: mean 2, deviation 1, error 1 / sqrt(3), 2 degrees.
    const single = crossedMean([[1, 2, 3]]);
    expect(single).toEqual({ mean: 2, standardError: expect.closeTo(Math.sqrt(1 / 3), 12), degreesOfFreedom: 2 });
    const twice = crossedMean([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(twice.standardError).toBeCloseTo(single.standardError, 12);
    expect(twice.degreesOfFreedom).toBeCloseTo(2, 12);
  });

  it("never believes less variance than users alone show", () => {
    // Users 1, 1: no variance of their own; seeds 1, 1 alike; all variance is in what is left.
    const found = crossedMean([
      [0, 2],
      [2, 0],
    ]);
    expect(found).toEqual({ mean: 1, standardError: 0, degreesOfFreedom: 0 });
    expect(crossedP(found)).toBe(0);
    expect(crossedP(crossedMean([[0, 0]]))).toBe(1);
  });

  it("a single seed far from the others is not a finding, however many users agree", () => {
    const row = (value: number) => new Array<number>(1000).fill(value);
    const found = crossedMean([row(0.001), row(-0.001), row(0.03)]);
    expect(crossedP(found)).toBeGreaterThan(0.3); // t = .01 / (.0174 / sqrt(3)), 2 degrees: .42
  });
});

describe("two one-sided tests", () => {
  const mean = { mean: 0.001, standardError: 0.002, degreesOfFreedom: 1e6 };

  it("find equivalence where the interval of 90 % lies within the margin", () => {
    expect(equivalenceP(mean, 0.001 + 1.6449 * 0.002)).toBeCloseTo(0.05, 4);
    expect(equivalenceP({ ...mean, mean: -0.001 }, 0.001 + 1.6449 * 0.002)).toBeCloseTo(0.05, 4);
  });

  it("cannot find it beyond the margin, nor where nothing is known", () => {
    expect(equivalenceP(mean, 0.0005)).toBeGreaterThan(0.5);
    expect(equivalenceP({ ...mean, standardError: 1 }, 0.005)).toBeGreaterThan(0.49);
    expect(equivalenceP({ mean: 0, standardError: 0, degreesOfFreedom: 0 }, 0.001)).toBe(0);
  });
});

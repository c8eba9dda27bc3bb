import { describe, expect, it } from "@jest/globals";
import { wilcoxonSignedRank } from "../../src/statistics/wilcoxon.ts";

describe("wilcoxonSignedRank", () => {
  it("gives V = 40 and p = 10 / 256 for the depression scores of Hollander & Wolfe (1973, table 3.1)", () => {
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const { positiveRanks, pairs, p } = wilcoxonSignedRank(first.map((value, k) => value - second[k]!));
    expect([positiveRanks, pairs]).toEqual([40, 9]);
    expect(p).toBeCloseTo(0.0390625, 12); // one-sided 0.01953 in R's documentation of wilcox.test; two-sided twice that
  });

  it("gives p = 0.0412598 for Darwin's maize with its ties at 14 and 16 left apart, as SciPy documents", () => {
    const { positiveRanks, p } = wilcoxonSignedRank([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]);
    expect(positiveRanks).toBe(96); // 120 in all, less 24: ranks 10 and 14 are negative
    expect(p).toBeCloseTo(0.041259765625, 12);
  });

  it("shares ranks among ties and drops zeros", () => {
    // Sizes 1, 1, 2: ranks 1.5, 1.5, 3. Positive: 1.5 + 3. Sums of the 8 assignments: 0, 1.5, 1.5, 3, 3, 4.5, 4.5, 6.
    // 2 x 3 of 8 at most 1.5.
    expect(wilcoxonSignedRank([1, -1, 0, 2])).toEqual({ positiveRanks: 4.5, pairs: 3, p: 0.75 });
    expect(wilcoxonSignedRank([0, 0])).toEqual({ positiveRanks: 0, pairs: 0, p: 1 });
  });

  it("turns to the normal distribution for many pairs", () => {
    // 60 pairs of sizes 1 to 60, every third negative: V = 1830 - (3 + 6 + ... + 60) = 1830 - 630 = 1200.
    const differences = Array.from({ length: 60 }, (_, k) => ((k + 1) % 3 === 0 ? -(k + 1) : k + 1));
    // Mean 915, variance 60 x 61 x 121 / 24 = 18452.5; z = (285 - 0.5) / 135.84 = 2.0944; p = 0.0362 (normal table).
    const { positiveRanks, p } = wilcoxonSignedRank(differences);
    expect(positiveRanks).toBe(1200);
    expect(p).toBeCloseTo(0.0362, 4);
  });

  it("lowers the variance for ties", () => {
    // 60 ones, 40 positive: all ranks 30.5; V = 1220, mean 915, variance 18452.5 - (60^3 - 60) / 48 = 18452.5 -
    // 4498.75 = 13953.75. z = 304.5 / 118.126 = 2.5778, p = 0.00994.
    const { p } = wilcoxonSignedRank(Array.from({ length: 60 }, (_, k) => (k < 40 ? 1 : -1)));
    expect(p).toBeCloseTo(0.00994, 4);
  });
});

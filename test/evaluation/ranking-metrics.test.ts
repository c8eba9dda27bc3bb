/** Every metric worked by hand, with one positive and with several. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConfigError } from "../../src/errors.ts";
import {
  averagePrecisionAtK,
  hitRateAtK,
  ndcgAtK,
  precisionAtK,
  rankingMetrics,
  recallAtK,
  reciprocalRank,
  reciprocalRankAtK,
} from "../../src/evaluation/ranking-metrics.ts";

describe("with one positive", () => {
  it("hits inside the first k and nowhere else", () => {
    expect(hitRateAtK([10], 10)).toBe(1);
    expect(hitRateAtK([11], 10)).toBe(0);
  });

  it("discounts NDCG by the logarithm of the rank", () => {
    expect(ndcgAtK([1], 10)).toBe(1); // 1 / log2(1 + 1)
    expect(ndcgAtK([2], 10)).toBeCloseTo(0.6309, 4); // 1 / log2(2 + 1)
    expect(ndcgAtK([3], 10)).toBe(0.5); // 1 / log2(3 + 1)
    expect(ndcgAtK([11], 10)).toBe(0);
  });

  it("takes the reciprocal of the rank, with and without a cut", () => {
    expect(reciprocalRank([4])).toBe(0.25);
    expect(reciprocalRankAtK([4], 4)).toBe(0.25);
    expect(reciprocalRankAtK([4], 3)).toBe(0);
  });
});

describe("with three positives at ranks 1, 3 and 6", () => {
  const ranks = [1, 3, 6];

  it("hits once there is any positive inside k", () => {
    expect(hitRateAtK(ranks, 1)).toBe(1);
    expect(hitRateAtK([2, 3], 1)).toBe(0);
  });

  it("divides NDCG by the best list of min(k, positives) hits", () => {
    // DCG@5 = 1/log2(2) + 1/log2(4) = 1 + 0.5; ideal = 1 + 1/log2(3) + 1/log2(4) = 2.13093
    expect(ndcgAtK(ranks, 5)).toBeCloseTo(1.5 / 2.13093, 5);
    // DCG@2 = 1; ideal of two places = 1 + 1/log2(3) = 1.63093
    expect(ndcgAtK(ranks, 2)).toBeCloseTo(1 / 1.63093, 5);
  });

  it("recalls the share of positives found", () => {
    expect(recallAtK(ranks, 5)).toBeCloseTo(2 / 3, 12);
    expect(recallAtK(ranks, 6)).toBe(1);
  });

  it("is as precise as the share of k places that hit, though the list be shorter", () => {
    expect(precisionAtK(ranks, 5)).toBeCloseTo(2 / 5, 12);
    expect(precisionAtK([1], 5)).toBeCloseTo(1 / 5, 12);
  });

  it("averages the precision at each hit", () => {
    // Hits at 1 (precision 1/1) and 3 (2/3); at most min(5, 3) = 3 hits.
    expect(averagePrecisionAtK(ranks, 5)).toBeCloseTo((1 + 2 / 3) / 3, 12);
    // Hits at 1, 3, 6: (1 + 2/3 + 3/6) / 3
    expect(averagePrecisionAtK(ranks, 10)).toBeCloseTo((1 + 2 / 3 + 0.5) / 3, 12);
    // Only one place: its hit is all there can be.
    expect(averagePrecisionAtK(ranks, 1)).toBe(1);
  });
});

describe("rankingMetrics", () => {
  it("names every metric at every k, and MRR once", () => {
    expect(rankingMetrics([10, 5]).map(({ name }) => name)).toEqual([
      ...["HR@10", "NDCG@10", "MRR@10", "Recall@10", "Precision@10", "MAP@10"],
      ...["HR@5", "NDCG@5", "MRR@5", "Recall@5", "Precision@5", "MAP@5"],
      "MRR",
    ]);
    expect(rankingMetrics([10, 10])).toHaveLength(7);
  });

  it("refuses a k that is no whole number from 1, and no k at all", () => {
    for (const k of [0, -1, 2.5, NaN, Infinity]) expect(() => rankingMetrics([k])).toThrow(ConfigError);
    expect(() => rankingMetrics([])).toThrow("k is empty");
  });

  it("gives a perfect list the most, a useless one nothing, and anything else a number between", () => {
    const distinctRanks = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(distinctRanks, fc.integer({ min: 1, max: 20 }), (unordered, k) => {
        const ranks = unordered.sort((a, b) => a - b);
        const perfect = ranks.map((_, place) => place + 1);
        for (const metric of rankingMetrics([k])) {
          expect(metric.of(ranks)).toBeGreaterThanOrEqual(0);
          expect(metric.of(ranks)).toBeLessThanOrEqual(metric.of(perfect) + 1e-12); // rounding of a few sums
          if (metric.name !== "MRR") expect(metric.of(ranks.map((rank) => rank + k))).toBe(0);
        }
        for (const metric of [hitRateAtK, ndcgAtK, reciprocalRankAtK, averagePrecisionAtK]) {
          expect(metric(perfect, k)).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});

/** AUC and item ranks by hand, and all measures together on the dataset that can be ranked by hand. */
import { describe, expect, it } from "@jest/globals";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { measureBeyondAccuracy } from "../../src/evaluation/beyond-accuracy.ts";
import { areaUnderCurve, ranksByItem } from "../../src/evaluation/case-measures.ts";
import { evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";
import { countNegatives } from "../../src/evaluation/rank-of-positive.ts";
import { smallDataset } from "../support/data/small-dataset.ts";

describe("areaUnderCurve", () => {
  it("is the share of pairs won, a tie counting half", () => {
    // 3 beats 2 and 1, ties with 3: 2.5. 1 beats none, ties with 1: 0.5. Of 2 x 3 pairs.
    const auc = (positives: Float32Array, negatives: Float32Array): number =>
      areaUnderCurve(countNegatives(positives, negatives), negatives.length);
    expect(auc(Float32Array.of(3, 1), Float32Array.of(2, 3, 1))).toBe(3 / 6);
    expect(auc(Float32Array.of(1), Float32Array.of(1, 1))).toBe(0.5);
  });
});

describe("ranksByItem", () => {
  it("keeps the order of the items, ties with negatives against them", () => {
    // 4, 5, 2 and negatives 4, 2, 0 are 5 | 4 (negative) 4 | 2 (negative) 2: the first has rank 3, the second 1; the
    // third falls behind the negative 2 too.
    expect(ranksByItem(Float32Array.of(4, 5, 2), Uint32Array.of(1, 0, 2))).toEqual([3, 1, 5]);
    expect(ranksByItem(Float32Array.of(1, 1), Uint32Array.of(0, 0))).toEqual([1, 2]);
  });
});

describe("measureBeyondAccuracy", () => {
  it("of popularity on three users", async () => {
    const { train, validation, candidatesTest } = smallDataset();
    const scorer = popularityScorer(train);
    const result = await measureBeyondAccuracy({
      scorer,
      candidates: candidatesTest,
      evaluation: await evaluateRanker(scorer, candidatesTest, { ks: [1] }),
      k: 1,
      seen: groupItemsByUser(train, validation),
      train,
      histories: train,
      features: [["x"], ["x"], ["y"], [], [], []].map((names) => new Set(names)),
      negativesPerPositive: null,
    });
    // User 0 (2 against 0 0 0): 1. Users 1 and 2 (0 against 1 0 0): 2 ties of 3, 1/3 each.
    expect(result.auc).toBeCloseTo((1 + 1 / 3 + 1 / 3) / 3, 12);
    // Unseen: user 0 has 1 4 5, user 1 has 3 4 5, user 2 has 2 3 4 5: lists 1; 3; 2. Counts 2, 0, 1 of 3 users.
    expect(result.beyondAccuracy).toEqual({
      k: 1,
      users: 3,
      catalogueCoverage: 3 / 6,
      gini: expect.closeTo((1 + 3 + 5) / (3 * 5), 12), // ascending 0 0 0 1 1 1, weights 1 3 5 for the last
      // Nobody has item 3: as if one had.
      novelty: expect.closeTo((Math.log2(3 / 2) + Math.log2(3) + Math.log2(3)) / 3, 12),
      meanPopularity: (2 + 0 + 1) / 3,
      intraListDiversity: null, // lists of one have no pairs
    });
    // All users have two train items. Test items: 1 (twice taken, a hit), and 4 twice (never
    // taken): middles 1 and 2.5 of 3.
    expect(result.deciles).toEqual({
      k: 1,
      userActivity: [
        { decile: 6, cases: 3, trainFrom: 2, trainTo: 2, HR: expect.closeTo(1 / 3, 6), NDCG: expect.closeTo(1 / 3, 6) },
      ],
      itemPopularity: [
        { decile: 4, cases: 2, trainFrom: 0, trainTo: 0, HR: 0, NDCG: 0 },
        { decile: 9, cases: 1, trainFrom: 2, trainTo: 2, HR: 1, NDCG: 1 },
      ],
    });
    expect(result.coldness).toEqual({
      k: 1,
      users: [{ seen: "seldom", cases: 3, HR: expect.closeTo(1 / 3, 6), NDCG: expect.closeTo(1 / 3, 6) }],
      items: [
        { seen: "never", cases: 2, HR: 0, NDCG: 0 },
        { seen: "seldom", cases: 1, HR: 1, NDCG: 1 },
      ],
    });
    expect(result.calibration).toBeNull();
  });
});

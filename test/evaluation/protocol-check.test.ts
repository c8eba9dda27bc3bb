/** The same scores under every protocol, worked by hand where chance has no say. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { randomScorer } from "../../src/baselines/random.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";
import { checkProtocols, metricsUnderTies } from "../../src/evaluation/protocol-check.ts";
import { candidateProtocols, drawCandidates } from "../../src/evaluation/protocol-draws.ts";
import { streamKey } from "../../src/random.ts";
import { interactionsOf, smallDataset } from "../support/data/small-dataset.ts";

const key = streamKey(1, "test/protocol-check");

describe("metricsUnderTies", () => {
  it("ranks behind, before, or anywhere among the tied", () => {
    // One above, two tied: ranks 4, 2, or 2 to 4 evenly. k = 3.
    expect(metricsUnderTies("against", 1, 2, 3)).toEqual({ HR: 0, NDCG: 0 });
    expect(metricsUnderTies("for", 1, 2, 3)).toEqual({ HR: 1, NDCG: 1 / Math.log2(3) });
    expect(metricsUnderTies("expected", 1, 2, 3)).toEqual({ HR: 2 / 3, NDCG: (1 / Math.log2(3) + 1 / 2) / 3 });
  });

  it("agrees where nothing ties, and orders the rules where something does", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 20 }), (above, tied, k) => {
        const [against, some, expected] = (["against", "for", "expected"] as const).map((rule) =>
          metricsUnderTies(rule, above, tied, k),
        );
        if (tied === 0) expect([against, expected]).toEqual([some, some]);
        expect(against!.HR).toBeLessThanOrEqual(expected!.HR);
        expect(expected!.HR).toBeLessThanOrEqual(some!.HR);
        expect(against!.NDCG).toBeLessThanOrEqual(expected!.NDCG + 1e-12); // sums of the same terms in other orders
        expect(expected!.NDCG).toBeLessThanOrEqual(some!.NDCG + 1e-12);
      }),
    );
  });
});

describe("drawCandidates", () => {
  const seen = groupItemsByUser(
    interactionsOf(
      [
        [0, 3],
        [0, 150],
      ],
      { users: 2, items: 200 },
    ),
  );
  const [distinct, repeated, many, full] = candidateProtocols.map((protocol) =>
    drawCandidates(protocol, { seen, user: 0, items: 200, key }),
  );

  it("draws distinct items, or with repeats, never a seen one", () => {
    expect(new Set(distinct).size).toBe(99);
    expect(repeated).toHaveLength(99);
    expect(new Set(repeated).size).toBeLessThan(99); // 99 draws of 198 items without a repeat: chance below 1e-13
    for (const drawn of [distinct!, repeated!, many!, full!]) {
      expect(drawn.includes(3) || drawn.includes(150)).toBe(false);
    }
  });

  it("takes all that there are where fewer are free, and for the full catalogue", () => {
    expect(many).toHaveLength(198);
    expect(full).toEqual(many);
  });
});

describe("checkProtocols", () => {
  const { train, validation, test, candidatesTest } = smallDataset();
  const known = groupItemsByUser(train, validation);
  const ask = {
    known,
    knownAndHeldOut: groupItemsByUser(train, validation, test),
    k: 1,
    key,
    scoresPerBlock: 7,
  };

  it("gives every combination of ties, candidates and the held-out item, the full catalogue as evaluation does", async () => {
    const scorer = popularityScorer(train);
    const rows = await checkProtocols(scorer, candidatesTest, ask);
    expect(rows).toHaveLength(3 * 4 * 2);
    const { metrics } = await evaluateRanker(scorer, candidatesTest, { ks: [1], masked: known });
    const full = rows.filter(({ candidates }) => candidates === "full catalogue");
    // User 0: item 1 (2) above 4 and 5. User 1: item 4 ties with 3 and 5. User 2: item 4 below 2, ties with 3 and 5.
    expect(full.find(({ testItem, ties }) => testItem === "removed" && ties === "against")?.HR).toBeCloseTo(
      metrics["HR@1"]!,
      12,
    );
    const hits = (testItem: string) => full.filter((row) => row.testItem === testItem).map(({ HR }) => HR);
    expect(hits("removed")).toEqual([1 / 3, 2 / 3, (1 + 1 / 3 + 0) / 3].map((value) => expect.closeTo(value, 12)));
    // Kept, everybody ties with themselves too: against, nobody comes first; expected, 1/2 and 1/4.
    expect(hits("kept")).toEqual([0, 2 / 3, (1 / 2 + 1 / 4) / 3].map((value) => expect.closeTo(value, 12)));
    expect(full[0]?.negatives).toBeCloseTo((2 + 2 + 3) / 3, 12); // free: 4 5; 3 5; 2 3 5
  });

  it("does not depend on the block, and is the same each time", async () => {
    const scorer = randomScorer({ users: 3, items: 6, seed: 4 });
    const rows = await checkProtocols(scorer, candidatesTest, ask);
    expect(await checkProtocols(scorer, candidatesTest, { ...ask, scoresPerBlock: 1000 })).toEqual(rows);
  });
});

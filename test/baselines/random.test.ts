/** A scorer without knowledge must score as chance does. */
import { describe, expect, it } from "@jest/globals";
import { randomScorer } from "../../src/baselines/random.ts";
import { evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";

describe("the random baseline", () => {
  const scorer = randomScorer({ users: 4000, items: 300, seed: 7 });

  it("gives a pair the same score in any company", async () => {
    const alone = await scorer.pairs(Uint32Array.of(5), Uint32Array.of(9));
    const among = await scorer.pairs(Uint32Array.of(1, 5, 2), Uint32Array.of(9, 9, 9));
    const catalogue = await scorer.catalogue(Uint32Array.of(3, 5));
    expect(among[1]).toBe(alone[0]);
    expect(catalogue[300 + 9]).toBe(alone[0]);
    expect(catalogue).toHaveLength(600);
  });

  it("changes with the seed, the user and the item", async () => {
    const other = randomScorer({ users: 4000, items: 300, seed: 8 });
    const [a, b, c] = await scorer.pairs(Uint32Array.of(5, 6, 5), Uint32Array.of(9, 9, 10));
    const [d] = await other.pairs(Uint32Array.of(5), Uint32Array.of(9));
    expect(new Set([a, b, c, d]).size).toBe(4);
  });

  it("hits as often as chance: HR@10 of 10 / 100 on 1 + 99 candidates", async () => {
    const users = Uint32Array.from({ length: 4000 }, (_, user) => user);
    const result = await evaluateRanker(
      scorer,
      {
        split: "test",
        users,
        positiveOffsets: Uint32Array.from({ length: 4001 }, (_, user) => user),
        positives: Uint32Array.from(users, (user) => user % 300),
        negativeOffsets: Uint32Array.from({ length: 4001 }, (_, user) => 99 * user),
        negatives: Uint32Array.from({ length: 4000 * 99 }, (_, row) => (Math.floor(row / 99) + 1 + (row % 99)) % 300),
      },
      { ks: [10] },
    );
    // Standard error sqrt(0.1 * 0.9 / 4000) = 0.0047; four of them.
    expect(Math.abs(result.metrics["HR@10"]! - 0.1)).toBeLessThan(0.019);
    // Expected NDCG@10: sum over ranks 1 .. 10 of 1 / log2(rank + 1), over 100 = 4.5436 / 100; spread below that of HR.
    expect(Math.abs(result.metrics["NDCG@10"]! - 0.045436)).toBeLessThan(0.019);
  });
});

/** Lists of the best unseen items. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { randomScorer } from "../../src/baselines/random.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { recommendationLists } from "../../src/evaluation/recommendation-lists.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { NO_ITEM } from "../../src/ranker/scorer.ts";
import { interactionsOf } from "../support/data/small-dataset.ts";

const scorerOf = (table: readonly (readonly number[])[]): Scorer => ({
  users: table.length,
  items: table[0]!.length,
  pairs: async (users, items) => Float32Array.from(users, (user, row) => table[user]![items[row]!]!),
  catalogue: async (users) => Float32Array.from([...users].flatMap((user) => table[user]!)),
});

describe("recommendationLists", () => {
  const seen = groupItemsByUser(
    interactionsOf(
      [
        [0, 1],
        [1, 0],
        [1, 2],
      ],
      { users: 2, items: 4 },
    ),
  );

  it("leave out seen items, put equals in item order, and fill up what is too short", async () => {
    const scorer = scorerOf([
      [1, 9, 3, 3],
      [0, 5, 7, -1],
    ]);
    const ask = { users: Uint32Array.of(0, 1), k: 3, masked: seen, scoresPerBlock: 4 };
    expect([...(await recommendationLists(scorer, ask)).items]).toEqual([2, 3, 0, 1, 3, NO_ITEM]);
  });

  it("refuse NaN, naming user and item", async () => {
    const scorer = scorerOf([[1, Number.NaN, 3, 3]]);
    const ask = {
      users: Uint32Array.of(0),
      k: 1,
      masked: groupItemsByUser(interactionsOf([], { users: 1, items: 4 })),
      scoresPerBlock: 9,
    };
    await expect(recommendationLists(scorer, ask)).rejects.toThrow("user index 0 for item index 1 is NaN");
  });

  it("are those of a full sort, whatever the block", async () => {
    const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(11)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(pairs, fc.integer({ min: 1, max: 14 }), fc.nat(99), async (taken, k, seed) => {
        const scorer = randomScorer({ users: 5, items: 12, seed });
        const masked = groupItemsByUser(interactionsOf(taken, { users: 5, items: 12 }));
        const users = Uint32Array.of(0, 2, 4);
        const { items } = await recommendationLists(scorer, { users, k, masked, scoresPerBlock: 1 + (seed % 40) });
        const scores = await scorer.catalogue(users);
        for (const [row, user] of users.entries()) {
          const own = new Set(taken.filter(([u]) => u === user).map(([, item]) => item));
          const sorted = Array.from({ length: 12 }, (_, item) => item)
            .filter((item) => !own.has(item))
            .sort((a, b) => scores[row * 12 + b]! - scores[row * 12 + a]! || a - b)
            .slice(0, k);
          const padded = [...sorted, ...Array<number>(k - sorted.length).fill(NO_ITEM)];
          expect([...items.subarray(row * k, (row + 1) * k)]).toEqual(padded);
        }
      }),
    );
  });
});

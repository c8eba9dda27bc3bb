/** Lists of a block of users, worked by hand: known and unknown users, masks, pools, candidates. */
import { describe, expect, it } from "@jest/globals";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { itemPool } from "../../src/scoring/item-pool.ts";
import { checkFinite } from "../../src/scoring/ranked-items.ts";
import { type Block, type ListRules, scoreBlock } from "../../src/scoring/score-block.ts";

/** Scores 10 * user + item, whichever way it is asked; items are the pool's places. */
function scorerOf(items: number): Scorer {
  return {
    users: 3,
    items,
    pairs: async (users, places) => Float32Array.from(users, (user, k) => 10 * user + places[k]!),
    catalogue: async (users) =>
      Float32Array.from(
        { length: users.length * items },
        (_, at) => 10 * users[Math.floor(at / items)]! + (at % items),
      ),
  };
}

/** User 0 has seen item 4, user 2 items 0 and 3; user 1 is cold. */
const block: Block = {
  users: Uint32Array.of(0, 1, 2),
  seen: { offsets: Uint32Array.of(0, 1, 1, 3), itemsSorted: Uint32Array.of(4, 0, 3) },
  isCold: (user) => user === 1,
  candidates: null,
};
const counts = Uint32Array.of(5, 9, 1, 9, 2);
const rules = (changes: Partial<ListRules> = {}): ListRules => ({
  pool: itemPool(counts, null),
  k: 2,
  minimumScore: null,
  ...changes,
});

async function listsOf(changed: Partial<Block>, changes: Partial<ListRules> = {}) {
  const used = rules(changes);
  const { offsets, items, scores, isPopular } = await scoreBlock(
    scorerOf(used.pool.items.length),
    { ...block, ...changed },
    used,
  );
  return Array.from(isPopular, (popular, row) => {
    const [from, to] = [offsets[row], offsets[row + 1]];
    return { items: [...items.slice(from, to)], scores: [...scores.slice(from, to)], popular: popular === 1 };
  });
}

describe("lists of a block", () => {
  it("are the best unseen items, and the most taken ones for a user nobody knows", async () => {
    expect(await listsOf({})).toEqual([
      { items: [3, 2], scores: [3, 2], popular: false },
      { items: [1, 3], scores: [9, 9], popular: true },
      { items: [4, 2], scores: [24, 22], popular: false },
    ]);
  });

  it("keep to the pool, whose places the ranker numbers", async () => {
    // Places 0, 1, 2 are items 0, 3, 4; user 2 is left with item 4 at place 2: score 20 + 2.
    const pool = itemPool(counts, Uint32Array.of(0, 3, 4));
    expect(await listsOf({}, { pool, k: 3 })).toEqual([
      { items: [3, 0], scores: [1, 0], popular: false },
      { items: [3, 0, 4], scores: [9, 5, 2], popular: true },
      { items: [4], scores: [22], popular: false },
    ]);
  });

  it("leave out what the ranker scores below the minimum, which popularity does not know", async () => {
    expect((await listsOf({}, { minimumScore: 3, k: 5 })).map(({ items }) => items)).toEqual([
      [3],
      [1, 3, 0, 4, 2],
      [4, 2, 1],
    ]);
  });

  it("rank candidates, each user's own", async () => {
    const candidates = { offsets: Uint32Array.of(0, 3, 5, 6), items: Uint32Array.of(0, 2, 4, 0, 1, 3) };
    const nobody = { offsets: new Uint32Array(4), itemsSorted: new Uint32Array(0) };
    expect(await listsOf({ candidates, seen: nobody }, { k: null })).toEqual([
      { items: [4, 2, 0], scores: [4, 2, 0], popular: false },
      { items: [1, 0], scores: [9, 5], popular: true },
      { items: [3], scores: [23], popular: false },
    ]);
    // 4 and 3 are seen.
    expect((await listsOf({ candidates }, { k: 1 })).map(({ items }) => items)).toEqual([[2], [1], []]);
  });

  it("do not depend on who else is in the block", async () => {
    const together = await listsOf({});
    for (const user of [0, 1, 2]) expect(await listsOf({ users: Uint32Array.of(user) })).toEqual([together[user]]);
  });

  it("are refused where a score is no finite number, with the user and the item", async () => {
    const broken = { ...scorerOf(5), catalogue: async () => new Float32Array(10).fill(Number.NaN) };
    const lists = await scoreBlock(broken, block, rules());
    expect(() => checkFinite(lists, Uint32Array.of(70, 71, 72))).toThrow(
      "the score of user index 70 for item index 0 is NaN or -Infinity",
    );
  });
});

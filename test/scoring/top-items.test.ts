/** The best items of many users, from a scorer with a way of its own and from one without, by hand. */
import { describe, expect, it } from "@jest/globals";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { topItems } from "../../src/scoring/top-items.ts";

describe("the best items of users", () => {
  const scorer: Scorer = {
    users: 3,
    items: 4,
    pairs: async () => new Float32Array(0),
    // User u scores item i with (u + 1) * (i % 3): 0, u + 1, 2u + 2, 0.
    catalogue: async (users) =>
      Float32Array.from({ length: users.length * 4 }, (_, at) => (users[at >> 2]! + 1) * ((at % 4) % 3)),
  };

  it("are chosen from the catalogue, each user with the own mask", async () => {
    const masked = { offsets: Uint32Array.of(0, 1, 1), items: Uint32Array.of(2) };
    const { items, scores } = await topItems(scorer, { users: Uint32Array.of(2, 0), k: 2, masked });
    expect([...items]).toEqual([1, 0, 2, 1]);
    expect([...scores]).toEqual([3, 0, 2, 1]);
  });

  it("are left to a scorer that has a way of its own", async () => {
    const own = { items: Uint32Array.of(9), scores: Float32Array.of(1) };
    expect(await topItems({ ...scorer, top: async () => own }, { users: Uint32Array.of(0), k: 1 })).toBe(own);
  });
});

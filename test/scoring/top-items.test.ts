/** The best items of a scorer without a way of its own, against a full sort and by hand. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { bestItemsInto } from "../../src/scoring/best-items.ts";
import { topItems } from "../../src/scoring/top-items.ts";

function best(scores: readonly number[], excluded: readonly number[], k: number) {
  const [items, out] = [new Uint32Array(k), new Float32Array(k)];
  bestItemsInto(Float32Array.from(scores), Uint32Array.from(excluded), items, out);
  return { items: [...items], scores: [...out] };
}

describe("the best items of one user", () => {
  it("come best first, equal scores by ascending item, without the excluded", () => {
    expect(best([1, 3, 3, 2, 5], [4], 3)).toEqual({ items: [1, 2, 3], scores: [3, 3, 2] });
  });

  it("end in places without an item where fewer are left", () => {
    const nothing = Number.NEGATIVE_INFINITY;
    expect(best([1, 2], [0], 3)).toEqual({ items: [1, 2 ** 32 - 1, 2 ** 32 - 1], scores: [2, nothing, nothing] });
  });

  it("have NaN last, as -Infinity", () => {
    expect(best([Number.NaN, -7], [], 2)).toEqual({ items: [1, 0], scores: [-7, Number.NEGATIVE_INFINITY] });
  });

  it("are those of a full sort", () => {
    const request = fc.record({
      scores: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), // few values, so many ties
      excluded: fc.uniqueArray(fc.nat(59)),
      k: fc.integer({ min: 1, max: 70 }),
    });
    fc.assert(
      fc.property(request, ({ scores, excluded, k }) => {
        const masked = excluded.filter((item) => item < scores.length);
        const order = [...scores.keys()]
          .filter((item) => !masked.includes(item))
          .sort((a, b) => scores[b]! - scores[a]! || a - b)
          .slice(0, k);
        expect(best(scores, masked, k).items.slice(0, order.length)).toEqual(order);
      }),
    );
  });
});

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

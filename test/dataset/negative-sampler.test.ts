import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import {
  checkNegativesExist,
  drawNegative,
  unseenCount,
  unseenItemOfRank,
} from "../../src/dataset/negative-sampler.ts";
import { streamKey } from "../../src/random.ts";

function seenBy(...itemsOfUsers: readonly (readonly number[])[]): ItemsByUser {
  const offsets = Uint32Array.from([
    0,
    ...itemsOfUsers.map((_, user) => itemsOfUsers.slice(0, user + 1).flat().length),
  ]);
  return { offsets, itemsSorted: Uint32Array.from(itemsOfUsers.flat()) };
}

describe("unseenItemOfRank", () => {
  it("counts over the gaps: with 0, 1 and 4 of 7 seen, the free items are 2, 3, 5, 6", () => {
    const seen = seenBy([0, 1, 4]);
    expect([0, 1, 2, 3].map((rank) => unseenItemOfRank(seen, 0, rank))).toEqual([2, 3, 5, 6]);
    expect(unseenCount(seen, 0, 7)).toBe(4);
  });

  it("enumerates exactly the unseen items, ascending, for any user of several", () => {
    const itemSet = fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { maxLength: 19 });
    fc.assert(
      fc.property(fc.array(itemSet, { minLength: 1, maxLength: 4 }), (sets) => {
        const sorted = sets.map((set) => [...set].sort((a, b) => a - b));
        const seen = seenBy(...sorted);
        for (const [user, taken] of sorted.entries()) {
          const free = Array.from({ length: 20 }, (_, item) => item).filter((item) => !taken.includes(item));
          const found = free.map((_, rank) => unseenItemOfRank(seen, user, rank));
          expect(found).toEqual(free);
          expect(unseenCount(seen, user, 20)).toBe(free.length);
        }
      }),
    );
  });
});

describe("drawNegative", () => {
  it("is uniform over the unseen items and never gives a seen one", () => {
    const seen = seenBy([], [0, 3, 4, 9]);
    const counts = new Uint32Array(12);
    const block = { first: 0, second: 0 };
    const draws = 40_000;
    const epochKey = streamKey(21, "uniform");
    for (let row = 0; row < draws / 4; row++) {
      for (let draw = 0; draw < 4; draw++)
        counts[drawNegative(seen, { items: 12, user: 1, epochKey, row, draw }, block)]!++;
    }
    for (const item of [0, 3, 4, 9]) expect(counts[item]).toBe(0);
    const expected = draws / 8;
    const chiSquared = [1, 2, 5, 6, 7, 8, 10, 11].reduce(
      (sum, item) => sum + (counts[item]! - expected) ** 2 / expected,
      0,
    );
    expect(chiSquared).toBeLessThan(30); // 7 degrees of freedom: exceeded once in 10,000 keys, and this key is fixed
  });

  it("depends on the epoch's key, the row and the draw, and on nothing else", () => {
    const seen = seenBy([5]);
    const draw = (key: number, row: number, slot: number): number =>
      drawNegative(
        seen,
        { items: 1_000_000, user: 0, epochKey: streamKey(key, "k"), row, draw: slot },
        { first: 1, second: 2 },
      );
    const base = draw(1, 2, 3);
    expect(draw(1, 2, 3)).toBe(base);
    expect(new Set([base, draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)]).size).toBe(4);
  });
});

describe("checkNegativesExist", () => {
  it("names the first user who has everything", () => {
    expect(() => checkNegativesExist(seenBy([0], [0, 1]), 2)).toThrow(/user index 1 is known to have met all 2 items/);
    expect(() => checkNegativesExist(seenBy([0], [1]), 2)).not.toThrow();
  });
});

/** Item-KNN by hand, and against the definition computed densely. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { itemKnnScorer, itemNeighbours } from "../../src/baselines/item-knn.ts";
import { groupItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { interactionsOf, smallDataset } from "../support/data/small-dataset.ts";
import { everyPair } from "../support/engines/every-pair.ts";

describe("itemKnnScorer", () => {
  it("adds up the shrunk cosines of what the user has", async () => {
    // Users: {0 2}, {0 1}, {0 1}. Sizes 3 2 1. Common: 0-1 two, 0-2 one. Shrinkage 1.
    const scorer = itemKnnScorer(smallDataset().train, { neighbours: 5, shrinkage: 1 });
    const zeroOne = 2 / (Math.sqrt(3) * Math.sqrt(2) + 1);
    const zeroTwo = 1 / (Math.sqrt(3) + 1);
    const scores = await scorer.catalogue(Uint32Array.of(0, 1));
    const expected = [zeroTwo, zeroOne, zeroTwo, 0, 0, 0, zeroOne, zeroOne, zeroTwo, 0, 0, 0];
    for (const [place, value] of expected.entries()) expect(scores[place]).toBeCloseTo(value, 6); // float32
  });

  it("keeps the k most similar, of equal ones the first items", () => {
    // Item 0 with 1, 2 and 3 once each, all of size one but 3, which user 1 has too: less similar.
    const seen = groupItemsByUser(
      interactionsOf(
        [
          [0, 0],
          [0, 1],
          [0, 2],
          [0, 3],
          [1, 3],
        ],
        { users: 2, items: 4 },
      ),
    );
    const near = itemNeighbours(seen, 4, { k: 2, shrinkage: 0 });
    expect([...near.items.subarray(0, 2)]).toEqual([1, 2]);
    expect([...near.counts]).toEqual([2, 2, 2, 2]);
    expect([...near.items.subarray(6, 8)]).toEqual([0, 1]);
    expect(near.similarities[6]).toBeCloseTo(1 / Math.SQRT2, 6);
  });

  it("is what the definition gives on dense matrices", async () => {
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(pairs, fc.integer({ min: 1, max: 7 }), fc.constantFrom(0, 3), async (taken, k, shrinkage) => {
        const extents = { users: 6, items: 7 };
        const train = interactionsOf(taken, extents);
        const has = (user: number, item: number) => (taken.some(([u, i]) => u === user && i === item) ? 1 : 0);
        const usersOf = (item: number) => [0, 1, 2, 3, 4, 5].filter((user) => has(user, item) === 1);
        const similarity = (a: number, b: number): number => {
          const common = usersOf(a).filter((user) => has(user, b) === 1).length;
          return common === 0 ? 0 : common / (Math.sqrt(usersOf(a).length) * Math.sqrt(usersOf(b).length) + shrinkage);
        };
        const dense = Array.from({ length: 7 }, (_, item) =>
          Array.from({ length: 7 }, (_, other) => ({ other, value: other === item ? 0 : similarity(item, other) }))
            .sort((a, b) => b.value - a.value || a.other - b.other)
            .slice(0, k),
        );
        const scores = await everyPair(itemKnnScorer(train, { neighbours: k, shrinkage }));
        for (let user = 0; user < 6; user++) {
          for (let item = 0; item < 7; item++) {
            const expected = dense[item]!.reduce((sum, { other, value }) => sum + has(user, other) * value, 0);
            expect(scores[user * 7 + item]).toBeCloseTo(expected, 5); // sums of float32
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

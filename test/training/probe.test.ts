/** The probe must be the same for every run that is to be compared. */
import { describe, expect, it } from "@jest/globals";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { makeProbe } from "../../src/training/probe.ts";
import { uniformSource } from "../support/data/uniform-source.ts";

// 20 items; item i is taken by i % 5 of the first users, so its count is i % 5.
const pairs = Array.from({ length: 20 }, (_, item) => Array.from({ length: item % 5 }, (_, user) => [user, item]))
  .flat()
  .map(([user, item]) => ({ user: user!, item: item! }));
const interactions: Interactions = {
  users: 10,
  items: 20,
  length: pairs.length,
  userColumn: Uint32Array.from(pairs, ({ user }) => user),
  itemColumn: Uint32Array.from(pairs, ({ item }) => item),
  weights: null,
};
const source = uniformSource(interactions, { loss: "bce", negativesPerPositive: 2, batchSize: 7, seed: 3 });

describe("makeProbe", () => {
  it("does not depend on the batch size, and takes all samples where there are few", () => {
    const probe = makeProbe(source);
    expect(probe.batch.length).toBe(3 * 40); // 40 = 4 * (0 + 1 + 2 + 3 + 4) positives, each with two negatives
    expect(makeProbe({ ...source, batchSize: 64 })).toEqual(probe);
    expect(makeProbe({ ...source, seed: 4 }).batch).not.toEqual(probe.batch);
  });

  it("puts the rarest ids into decile 0 and the most frequent into decile 9, evenly", () => {
    const { itemDeciles, userDeciles } = makeProbe(source);
    // Counts ascending: items 0 5 10 15 (none), 1 6 11 16 (one), ...; two items a decile.
    expect([0, 5, 10, 15, 1, 6].map((item) => itemDeciles[item])).toEqual([0, 0, 1, 1, 2, 2]);
    expect([14, 19].map((item) => itemDeciles[item])).toEqual([9, 9]);
    // User 0 has most items; users 4 to 9 have none and keep their order.
    expect([...userDeciles]).toEqual([9, 8, 7, 6, 0, 1, 2, 3, 4, 5]);
  });
});

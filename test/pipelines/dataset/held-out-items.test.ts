import { describe, expect, it } from "@jest/globals";
import { amongFirstItems, holdsOutItems, negativeItems } from "../../../pipelines/dataset/held-out-items.ts";
import { groupItemsByUser, type Interactions } from "../../../src/dataset/interaction-dataset.ts";
import { drawBatch, epochDraws, stepsPerEpoch } from "../../../src/dataset/training-batches.ts";
import { uniformSource } from "../../support/data/uniform-source.ts";

const train: Interactions = {
  users: 2,
  items: 6,
  userColumn: Uint32Array.of(0, 0, 1),
  itemColumn: Uint32Array.of(0, 1, 2),
  weights: null,
  length: 3,
};
/** User 0 is known to have met item 5, which is held out. */
const seen = groupItemsByUser(train, {
  ...train,
  userColumn: Uint32Array.of(0),
  itemColumn: Uint32Array.of(5),
  length: 1,
});

describe("items that are held out of training", () => {
  it("are none where the dataset says nothing of them", () => {
    expect(negativeItems({ items: 6, trainedItems: undefined })).toBe(6);
    expect(negativeItems({ items: 6, trainedItems: 4 })).toBe(4);
    expect(holdsOutItems({ split: { kind: "items", counts: { heldOutItems: 2 } } })).toBe(true);
    expect(holdsOutItems({ split: { kind: "leave-last-out", counts: {} } })).toBe(false);
    expect(amongFirstItems(train, seen, 6)).toEqual({ interactions: train, seen });
  });

  it("are never drawn as negatives, and all others are", () => {
    const among = amongFirstItems(train, seen, 4);
    expect(among.seen).toEqual({ offsets: Uint32Array.of(0, 2, 3), itemsSorted: Uint32Array.of(0, 1, 2) });
    const drawn = { loss: "bce", negativesPerPositive: 40, batchSize: 50, seed: 1 } as const;
    const source = { ...uniformSource(among.interactions, drawn), seen: among.seen };
    const negativesOf = [new Set<number>(), new Set<number>()];
    const draws = epochDraws(source, 0);
    for (let step = 0; step < stepsPerEpoch(source); step++) {
      const batch = drawBatch(source, draws, step);
      if (batch.kind !== "pointwise") throw new Error("bce draws single samples");
      for (let k = 0; k < batch.length; k++) {
        if (batch.labels[k] === 0) negativesOf[batch.users[k]!]!.add(batch.items[k]!);
      }
    }
    expect(negativesOf.map((items) => [...items].sort())).toEqual([
      [2, 3],
      [0, 1, 3],
    ]);
  });
});

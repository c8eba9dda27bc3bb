/** What people took, with its weights, and what of it is learnt from. */
import { describe, expect, it } from "@jest/globals";
import { learntFrom, peopleItemsOf } from "../../src/dataset/people-items.ts";
import { interactionsOf } from "../support/data/small-dataset.ts";

const log = interactionsOf(
  [
    [2, 3],
    [0, 1],
    [2, 0],
    [2, 3],
    [0, 4],
  ],
  { users: 3, items: 5 },
);

describe("people's items", () => {
  it("are those of the log's users, and weights of repeated rows add up", () => {
    const { items, weights } = peopleItemsOf({ ...log, weights: Float32Array.of(2, 0, 0.5, 1, 4) });
    expect([...items.offsets]).toEqual([0, 2, 2, 4]); // user 1 has none
    expect([...items.itemsSorted]).toEqual([1, 4, 0, 3]);
    expect([...weights!]).toEqual([0, 4, 0.5, 3]);
    expect(peopleItemsOf(log).weights).toBeNull();
  });

  it("are learnt from where they count, and all of them where none counts 0", () => {
    const { items, weights } = learntFrom(peopleItemsOf({ ...log, weights: Float32Array.of(0, 0, 0.5, 0, 4) }));
    expect([...items.offsets]).toEqual([0, 1, 1, 2]);
    expect([...items.itemsSorted]).toEqual([4, 0]);
    expect([...weights!]).toEqual([4, 0.5]);
    for (const people of [peopleItemsOf(log), peopleItemsOf({ ...log, weights: Float32Array.of(1, 2, 3, 4, 5) })]) {
      expect(learntFrom(people)).toBe(people);
    }
  });
});

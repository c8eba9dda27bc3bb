/** Given negatives are taken as they are, and what is odd about them is counted. */
import { describe, expect, it } from "@jest/globals";
import { candidatesFromNegatives } from "../../src/dataset/candidates-from-negatives.ts";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";

// User 0: positive 1 among its own negatives, and item 3 twice. User 1: item 0 of train among the negatives.
const evaluated = interactionsOf([
  [0, 1],
  [1, 2],
]);
const train = groupItemsByUser(
  interactionsOf([
    [0, 0],
    [1, 0],
  ]),
);
const negatives = { offsets: Uint32Array.of(0, 4, 6), items: Uint32Array.of(3, 1, 3, 5, 4, 0) };

describe("candidates from given negatives", () => {
  it("drop a positive from its own negatives, and count what is odd", () => {
    const result = candidatesFromNegatives({ split: "test", evaluated, train, negatives, ownNegatives: "remove" });
    expect([...result.candidates.negatives]).toEqual([3, 5, 4, 0]);
    expect([...result.candidates.negativeOffsets]).toEqual([0, 2, 4]);
    expect([...result.candidates.positives]).toEqual([1, 2]);
    expect(result).toMatchObject({ casesWithOwnPositive: 1, repeatedNegatives: 1, negativesInTrain: 1 });
  });

  it("keep it there when asked to", () => {
    const result = candidatesFromNegatives({ split: "test", evaluated, train, negatives, ownNegatives: "keep" });
    expect([...result.candidates.negatives]).toEqual([3, 1, 5, 4, 0]);
    expect(result.casesWithOwnPositive).toBe(1);
  });

  it("refuse an evaluated user without negatives and items beyond the catalogue", () => {
    const none = { offsets: Uint32Array.of(0, 0, 1), items: Uint32Array.of(4) };
    expect(() =>
      candidatesFromNegatives({ split: "test", evaluated, train, negatives: none, ownNegatives: "keep" }),
    ).toThrow("user index 0 has 0 given negatives and none that can be ranked against");
    const beyond = { offsets: Uint32Array.of(0, 1, 2), items: Uint32Array.of(4, 6) };
    expect(() =>
      candidatesFromNegatives({ split: "test", evaluated, train, negatives: beyond, ownNegatives: "keep" }),
    ).toThrow("negative 1 of user index 1 is item index 6, expected below 6");
  });
});

function interactionsOf(pairs: readonly (readonly [user: number, item: number])[]): Interactions {
  return {
    users: 2,
    items: 6,
    length: pairs.length,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
  };
}

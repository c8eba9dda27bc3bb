/** Counting is all there is to it. */
import { describe, expect, it } from "@jest/globals";
import { popularityScorer } from "../../src/baselines/popularity.ts";

describe("the popularity baseline", () => {
  // Item 2 was taken three times, item 0 once, item 1 never.
  const scorer = popularityScorer({
    users: 3,
    items: 3,
    length: 4,
    userColumn: Uint32Array.of(0, 1, 2, 0),
    itemColumn: Uint32Array.of(2, 2, 2, 0),
    weights: null,
  });

  it("scores an item by its training interactions, whoever asks", async () => {
    expect([...(await scorer.pairs(Uint32Array.of(0, 2, 1), Uint32Array.of(2, 2, 0)))]).toEqual([3, 3, 1]);
  });

  it("gives every user the same catalogue", async () => {
    expect([...(await scorer.catalogue(Uint32Array.of(2, 0)))]).toEqual([1, 0, 3, 1, 0, 3]);
  });
});

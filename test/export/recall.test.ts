/** Exact search and recall on vectors small enough to see through. */
import { describe, expect, it } from "@jest/globals";
import { exactSearch, recallOf } from "../../src/export/recall.ts";

describe("exact search", () => {
  it("gives the greatest inner products first, equal ones by ascending row", () => {
    const vectors = Float32Array.of(1, 0, 0, 2, 1, 1, 0, 2); // with (1, 1): 1, 2, 2, 2
    expect([...exactSearch(Float32Array.of(1, 1), vectors, 3)]).toEqual([1, 2, 3]);
    expect([...exactSearch(Float32Array.of(1, 1), vectors, 9)]).toEqual([1, 2, 3, 0]);
  });
});

describe("recall", () => {
  it("is the share of the exact answer that was found, whatever else was", () => {
    expect(recallOf([4, 1, 9, 1], Uint32Array.of(1, 2, 3, 4))).toBe(0.5);
    expect(recallOf([], Uint32Array.of(1))).toBe(0);
  });
});

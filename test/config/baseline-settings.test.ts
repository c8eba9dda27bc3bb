/** Grids of the tuned baselines. */
import { describe, expect, it } from "@jest/globals";
import { combinations } from "../../src/config/baseline-settings.ts";

describe("combinations", () => {
  it("are every value of one parameter with every value of the others, in order", () => {
    expect(combinations({ factors: [8, 16], regularization: [1, 2] }, {})).toEqual([
      { factors: 8, regularization: 1 },
      { factors: 8, regularization: 2 },
      { factors: 16, regularization: 1 },
      { factors: 16, regularization: 2 },
    ]);
  });

  it("have a given value in place of the grid's", () => {
    expect(combinations({ factors: [8, 16], regularization: [1] }, { factors: 5, regularization: null })).toEqual([
      { factors: 5, regularization: 1 },
    ]);
  });
});

import { describe, expect, it } from "@jest/globals";
import { MOST_SOBOL_DIMENSIONS, shiftedSobolCoordinate, sobolCoordinate } from "../../src/study/sobol.ts";

const points = (count: number, at: (dimension: number, index: number) => number) =>
  Array.from({ length: MOST_SOBOL_DIMENSIONS }, (_, dimension) =>
    Array.from({ length: count }, (_, index) => at(dimension, index)),
  );

describe("sobolCoordinate", () => {
  it("gives the first points of Joe & Kuo's own program in three dimensions", () => {
    const firstThree = points(8, sobolCoordinate).slice(0, 3);
    // By hand from m = 1, 1, 1 ... (dimension 1), 1 then 3 ... (2), 1, 3 then 7 ... (3), xor-ed by Gray code.
    expect(firstThree).toEqual([
      [0, 0.5, 0.75, 0.25, 0.375, 0.875, 0.625, 0.125],
      [0, 0.5, 0.25, 0.75, 0.375, 0.875, 0.125, 0.625],
      [0, 0.5, 0.25, 0.75, 0.625, 0.125, 0.875, 0.375],
    ]);
  });

  it.each([
    ["as it is", sobolCoordinate],
    [
      "shifted",
      (dimension: number, index: number) =>
        shiftedSobolCoordinate({ dimension, index }, { seed: 9, name: `d${dimension}` }),
    ],
  ])("has one of the first 64 points in each 64th of every dimension, %s", (_, at) => {
    for (const values of points(64, at)) {
      expect(new Set(values.map((value) => Math.floor(64 * value))).size).toBe(64);
    }
  });

  it("fills each quarter of the first two dimensions' square alike", () => {
    const [x = [], y = []] = points(64, sobolCoordinate);
    const counts = new Map<number, number>();
    for (const [k, value] of x.entries()) {
      const cell = 8 * Math.floor(8 * value) + Math.floor(8 * y[k]!);
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(new Array(64).fill(1)); // a (0, 6, 2)-net in base 2
  });

  it("refuses a dimension that it has no numbers for", () => {
    expect(() => sobolCoordinate(MOST_SOBOL_DIMENSIONS, 1)).toThrow("expected below 10");
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { withRecency } from "../../src/dataset/recency-weights.ts";

function rowsOf(userColumn: readonly number[], weights: readonly number[] | null = null): Interactions {
  const { length } = userColumn;
  return {
    users: Math.max(...userColumn) + 1,
    items: length,
    userColumn: Uint32Array.from(userColumn),
    itemColumn: Uint32Array.from(userColumn, (_, row) => row),
    weights: weights === null ? null : Float32Array.from(weights),
    length,
  };
}

describe("weights by age", () => {
  it("fall with the number of newer rows of the same user, and are 1 on average for each", () => {
    const { weights } = withRecency(rowsOf([0, 1, 0, 0]), 1);
    // user 0: 1/3, 1/2 and 1, whose mean is 11/18; user 1 has one row
    const expected = [6 / 11, 1, 9 / 11, 18 / 11];
    for (const [row, weight] of expected.entries()) expect(weights![row]).toBeCloseTo(weight, 6);
  });

  it("fall slower at a smaller power", () => {
    const { weights } = withRecency(rowsOf([0, 0]), 0.5);
    // 1/sqrt(2) and 1, whose mean is .853553
    expect(weights![0]).toBeCloseTo(Math.SQRT1_2 / 0.853553, 5);
    expect(weights![1]).toBeCloseTo(1 / 0.853553, 5);
  });

  it("multiply the weights that the log brings", () => {
    const { weights } = withRecency(rowsOf([0, 0], [3, 0.5]), 1);
    // ages alone: 1/2 and 1, whose mean is 3/4
    expect([...weights!].map((weight) => Number(weight.toFixed(5)))).toEqual([2, 0.66667]);
  });

  it("leave everything as it was at power 0", () => {
    const interactions = rowsOf([0, 1, 0]);
    expect(withRecency(interactions, 0)).toBe(interactions);
  });

  it("give every user the same total as before, and a newer row no less than an older one", () => {
    const logs = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(logs, fc.double({ min: 0.1, max: 3, noNaN: true }), (userColumn, power) => {
        const { weights } = withRecency(rowsOf(userColumn), power);
        for (const user of new Set(userColumn)) {
          const own = [...weights!].filter((_, row) => userColumn[row] === user);
          const total = own.reduce((sum, weight) => sum + weight, 0);
          expect(Math.abs(total - own.length)).toBeLessThan(1e-5 * own.length); // float32 weights
          for (let row = 1; row < own.length; row++) expect(own[row]!).toBeGreaterThanOrEqual(own[row - 1]!);
        }
      }),
    );
  });

  it("have a power that can be", () => {
    for (const power of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => withRecency(rowsOf([0]), power)).toThrow(`recencyPower is ${power}`);
    }
  });
});

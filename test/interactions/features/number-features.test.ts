import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { quantileEdges } from "../../../src/interactions/features/number-features.ts";

describe("buckets of a number", () => {
  it("are cut at quantiles, so that each has as many values as any other", () => {
    // Of 8 sorted values in 4 buckets, those at 2, 4 and 6 (from 0) begin a new one.
    expect(quantileEdges(Float64Array.of(8, 7, 6, 5, 4, 3, 2, 1), 4)).toEqual([3, 5, 7]);
  });

  it("are fewer where values repeat, and none is empty", () => {
    expect(quantileEdges(Float64Array.of(1, 1, 1, 1, 1, 2), 3)).toEqual([]);
    expect(quantileEdges(Float64Array.of(1, 1, 1, 2, 2, 2), 3)).toEqual([2]);
    expect(quantileEdges(Float64Array.of(5, 5), 10)).toEqual([]);
  });

  it("hold a value each at least, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }),
        fc.integer({ min: 2, max: 12 }),
        (list, n) => {
          const edges = quantileEdges(Float64Array.from(list), n);
          expect(edges.length).toBeLessThan(n);
          const bounds = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
          for (let k = 0; k + 1 < bounds.length; k++) {
            expect(list.some((value) => value >= bounds[k]! && value < bounds[k + 1]!)).toBe(true);
          }
        },
      ),
    );
  });
});

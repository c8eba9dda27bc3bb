/** Jobs cut into shards: everybody once, whatever the numbers. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseShard, shardRange, shardText } from "../../src/scoring/shard.ts";

describe("a shard", () => {
  it("has its part of ten users among four: 2, 3, 2, 3", () => {
    // Bounds 10 * k / 4 rounded down: 0, 2, 5, 7, 10.
    const ranges = [0, 1, 2, 3].map((index) => shardRange(10, { index, of: 4 }));
    expect(ranges).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 5 },
      { from: 5, to: 7 },
      { from: 7, to: 10 },
    ]);
  });

  it("joins its neighbours without a gap, and is as large as the others but for one", () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), fc.integer({ min: 1, max: 50 }), (count, of) => {
        const ranges = Array.from({ length: of }, (_, index) => shardRange(count, { index, of }));
        const sizes = ranges.map(({ from, to }) => to - from);
        return (
          ranges[0]!.from === 0 &&
          ranges.at(-1)!.to === count &&
          ranges.every(({ from }, index) => index === 0 || from === ranges[index - 1]!.to) &&
          Math.max(...sizes) - Math.min(...sizes) <= 1
        );
      }),
    );
  });

  it("is written i/N from 0", () => {
    expect(parseShard("3/8")).toEqual({ index: 3, of: 8 });
    expect(shardText({ index: 3, of: 8 })).toBe("3/8");
    for (const text of ["8/8", "0/0", "-1/4", "1", "a/b", "1/4/2", ""]) expect(parseShard(text)).toBeNull();
  });
});

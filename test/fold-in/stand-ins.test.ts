/** Which items stand for a person's negatives, and what share of them each is. */
import { describe, expect, it } from "@jest/globals";
import { standInsFor } from "../../src/fold-in/stand-ins.ts";

const items = Uint32Array.of(0, 1, 2, 3);
const given = { items, seed: 1 };
const logQ = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);

function expectAll(found: Float64Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected[k]!, 6); // log q is float32
}

describe("items that stand for negatives", () => {
  it("are all alike, but for those that the person took", () => {
    const standIns = standInsFor({ perPositive: 8, itemLogQ: null, leavesOut: false }, given);
    expectAll(standIns.shares, [1 / 4, 1 / 4, 1 / 4, 1 / 4]);
    const { shares, perPositive } = standIns.negativesOf(Uint32Array.of(2));
    expectAll(shares, [1 / 3, 1 / 3, 0, 1 / 3]);
    expect(perPositive).toBe(8);
    expectAll(standIns.negativesOf(items).shares, [0, 0, 0, 0]);
  });

  it("are what draws by popularity take", () => {
    const standIns = standInsFor({ perPositive: 8, itemLogQ: logQ, leavesOut: false }, given);
    expectAll(standIns.negativesOf(Uint32Array.of(0)).shares, [0, 1 / 2, 1 / 3, 1 / 6]);
  });

  it("are fewer a positive where what the person took was drawn as well, and is left out", () => {
    const of = (itemLogQ: Float32Array | null) =>
      standInsFor({ perPositive: 8, itemLogQ, leavesOut: true }, given).negativesOf(Uint32Array.of(0, 3)).perPositive;
    expect(of(null)).toBe(4);
    expect(of(logQ)).toBeCloseTo(8 * 0.5, 6);
  });

  it("are 4,096 of a long catalogue, by the seed", () => {
    const long = Uint32Array.from({ length: 5000 }, (_, item) => item);
    const standIns = (seed: number) =>
      standInsFor({ perPositive: 1, itemLogQ: null, leavesOut: false }, { items: long, seed });
    expect(standIns(1).items.length).toBe(4096);
    expect(standIns(1).items).toEqual(standIns(1).items);
    expect(standIns(1).items).not.toEqual(standIns(2).items);
  });
});

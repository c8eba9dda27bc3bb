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
});

describe("items that stand for the negatives of a long catalogue", () => {
  const long = Uint32Array.from({ length: 5000 }, (_, item) => 2 * item); // every second item was trained
  const standIns = (seed: number) =>
    standInsFor({ perPositive: 1, itemLogQ: null, leavesOut: false }, { items: long, seed });

  it("are 2,048 of them, by the seed", () => {
    expect([standIns(1).items.length, standIns(1).isAll]).toEqual([2048, false]);
    expect(standIns(1).items).toEqual(standIns(1).items);
    expect(standIns(1).items).not.toEqual(standIns(2).items);
  });

  it("are, by a person's logits, the 2,048 nearest for themselves, and those drawn for all others", () => {
    const taken = Uint32Array.of(9998, 0); // places 4999 and 0
    const logits = Float32Array.from(long, (_, place) => place);
    const { items: found, shares, perPositive } = standIns(1).nearestOf(taken, logits);
    expect(perPositive).toBe(1);
    // The last 2,048 places but 4999, best first: 4998 down to 2951. Each is one of 4,998 negatives.
    expect([...found.subarray(0, 2048)]).toEqual(Array.from({ length: 2048 }, (_, k) => 2 * (4998 - k)));
    for (const share of shares.subarray(0, 2048)) expect(share).toBeCloseTo(1 / 4998, 12);
    // The drawn ones among the other 2,950 are alike and stand for all of those; the rest count already, or are own.
    const others = [...found.subarray(2048)].map((item, k) => ({ item, share: shares[2048 + k]! }));
    const counted = others.filter(({ item }) => item > 0 && item < 2 * 2951);
    for (const { share } of counted) expect(share).toBeCloseTo(2950 / 4998 / counted.length, 12);
    const sum = others.reduce((all, { share }) => all + share, 0);
    expect(sum).toBeCloseTo(2950 / 4998, 12);
  });
});

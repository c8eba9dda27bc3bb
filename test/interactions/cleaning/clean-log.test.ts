/** Cleaning by hand: repeats, ratings, k-core, and what each step counts. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { cleanLog } from "../../../src/interactions/cleaning/clean-log.ts";
import { dropRepeatsInPlace } from "../../../src/interactions/cleaning/drop-repeats.ts";
import { keepFrequentInPlace } from "../../../src/interactions/cleaning/keep-frequent.ts";
import { countKept, keepAll } from "../../../src/interactions/interaction-log.ts";
import { logOf } from "../../support/data/interaction-log.ts";

const rules = { duplicates: "keep", minRating: null, minUserInteractions: 1, minItemInteractions: 1 } as const;

describe("repeated pairs", () => {
  const log = logOf(
    [
      { user: 0, item: 1, time: 1 },
      { user: 0, item: 2, time: 2 },
      { user: 0, item: 1, time: 3 },
      { user: 1, item: 1, time: 1 },
    ],
    { users: 2, items: 3 },
  );

  it.each([
    ["last", [0, 1, 1, 1]],
    ["first", [1, 1, 0, 1]],
  ] as const)("keeps the %s row", (rule, expected) => {
    const kept = keepAll(log);
    expect(dropRepeatsInPlace(log, kept, rule)).toBe(1);
    expect([...kept]).toEqual(expected);
  });

  it("sums the weights of a pair into its newest row; a row without weights counts as 1", () => {
    const counted = cleanLog(log, { ...rules, duplicates: "sum" });
    expect([...counted.kept]).toEqual([0, 1, 1, 1]);
    expect([...counted.log.weights!]).toEqual([1, 1, 2, 1]);
    expect(counted.steps[0]).toMatchObject({ step: "repeated-pairs", rowsBefore: 4, rowsAfter: 3 });
    const weighted = { ...log, weights: Float32Array.of(0.5, 1, 4, 3) };
    expect([...cleanLog(weighted, { ...rules, duplicates: "sum" }).log.weights!]).toEqual([0.5, 1, 4.5, 3]);
    expect([...cleanLog(weighted, { ...rules, duplicates: "last" }).log.weights!]).toEqual([0.5, 1, 4, 3]);
    const heavy = { ...log, weights: Float32Array.of(3e38, 1, 3e38, 1) };
    expect(() => cleanLog(heavy, { ...rules, duplicates: "sum" })).toThrow("more than a float32 holds");
  });

  it("drops rows of weight 0 first, so that they stand in for no other row of their pair", () => {
    const viewed = { ...log, weights: Float32Array.of(2, 0, 0, 1) };
    const { kept, steps } = cleanLog(viewed, { ...rules, duplicates: "last" });
    expect([...kept]).toEqual([1, 0, 0, 1]);
    expect(steps.map(({ step, rowsAfter }) => [step, rowsAfter])).toEqual([
      ["weightless", 2],
      ["repeated-pairs", 2],
    ]);
    const nothing = { ...log, weights: new Float32Array(4) };
    expect(() => cleanLog(nothing, rules)).toThrow("no rows are left after weightless");
  });

  it("leaves a pair that stands in train and in test", () => {
    const split = logOf(
      [
        { user: 0, item: 1, part: 1 },
        { user: 0, item: 1, part: 3 },
      ],
      { users: 1, items: 2 },
    );
    expect(dropRepeatsInPlace(split, keepAll(split), "last")).toBe(0);
  });
});

describe("ratings", () => {
  it("keeps a rating equal to the threshold, although 4.1 is not exact in float32", () => {
    const log = logOf(
      [4.1, 4, 4.2].map((rating, item) => ({ user: 0, item, rating })),
      { users: 1, items: 3 },
    );
    expect([...cleanLog(log, { ...rules, minRating: 4.1 }).kept]).toEqual([1, 0, 1]);
  });

  it("needs ratings", () => {
    const log = logOf([{ user: 0, item: 0 }], { users: 1, items: 1 });
    expect(() => cleanLog(log, { ...rules, minRating: 1 })).toThrow(ConfigError);
  });
});

describe("k-core", () => {
  it("follows the chain: a rare item takes its user below the floor, who takes the next item", () => {
    // Floors 2 and 2. Item 3 has one row, so user 2 falls to one row, so item 2 falls to one,
    // so user 1 falls to one ...
    const pairs = [
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 2],
      [2, 3],
      [3, 0],
      [3, 1],
    ] as const;
    const log = logOf(
      pairs.map(([user, item]) => ({ user, item })),
      { users: 4, items: 4 },
    );
    const kept = keepAll(log);
    const { dropped } = keepFrequentInPlace(log, kept, { minUserInteractions: 2, minItemInteractions: 2 });
    // Left: users 0 and 3 on items 0 and 1.
    expect([...kept]).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect(dropped).toBe(4);
  });

  it("leaves the largest part in which every floor holds", () => {
    const pair = fc.record({ user: fc.nat(5), item: fc.nat(5) });
    const floors = fc.record({
      minUserInteractions: fc.integer({ min: 1, max: 4 }),
      minItemInteractions: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), floors, (rows, floor) => {
        const log = logOf(rows, { users: 6, items: 6 });
        const kept = keepAll(log);
        keepFrequentInPlace(log, kept, floor);
        expect(countKept(kept)).toBe(coreSize(rows, floor));
      }),
    );
  });

  it("says which step left nothing", () => {
    const log = logOf([{ user: 0, item: 0 }], { users: 1, items: 1 });
    const clean = (): unknown => cleanLog(log, { ...rules, minUserInteractions: 2 });
    expect(clean).toThrow(DataError);
    expect(clean).toThrow(/after infrequent .*1 stood before/);
  });
});

/** The definition, round by round on plain lists. */
function coreSize(
  rows: readonly { user: number; item: number }[],
  floor: { minUserInteractions: number; minItemInteractions: number },
): number {
  const next = rows.filter(
    ({ user, item }) =>
      rows.filter((row) => row.user === user).length >= floor.minUserInteractions &&
      rows.filter((row) => row.item === item).length >= floor.minItemInteractions,
  );
  return next.length === rows.length ? rows.length : coreSize(next, floor);
}

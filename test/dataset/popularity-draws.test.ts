import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";
import { drawByMass, drawUnseenByMass, itemMasses, itemOfMass, logShares } from "../../src/dataset/popularity-draws.ts";
import { streamKey } from "../../src/random.ts";

/** Counts 4, 1, 0 and 3: user 0 has seen items 0 and 3, user 1 has seen 1. */
const interactions: Interactions = {
  users: 3,
  items: 4,
  length: 8,
  userColumn: Uint32Array.of(0, 0, 0, 0, 1, 0, 0, 0),
  itemColumn: Uint32Array.of(0, 0, 0, 0, 1, 3, 3, 3),
  weights: null,
};
const seen = groupItemsByUser(interactions);
const block = { first: 0, second: 0 };
const epochKey = streamKey(1, "negatives");

function frequencies(draw: (k: number) => number, draws = 40_000): number[] {
  const counts = [0, 0, 0, 0];
  for (let k = 0; k < draws; k++) counts[draw(k)]!++;
  return counts.map((count) => count / draws);
}

describe("masses", () => {
  it("are counts to a power, as shares of 2^31, and at least 1", () => {
    // 4, 1, 0 and 3 of 8
    expect([...itemMasses(interactions, seen, 1).itemMass]).toEqual([
      0,
      2 ** 30,
      2 ** 30 + 2 ** 28,
      1342177281,
      2147483649,
    ]);
    // 16, 1, 0 and 9 of 26
    const { itemMass } = itemMasses(interactions, seen, 2);
    expect(itemMass[1]! / 2 ** 31).toBeCloseTo(16 / 26, 8);
    // of what user 0 has seen, item 3 comes behind item 0
    expect([...itemMasses(interactions, seen, 2).seenMass]).toEqual([0, itemMass[1], 0]);
  });

  it("are alike at power 0, items without rows too", () => {
    expect([...itemMasses(interactions, seen, 0).itemMass]).toEqual([0, 1, 2, 3, 4].map((k) => k * 2 ** 29));
  });

  it("give log q", () => {
    const [first, second, , last] = logShares(itemMasses(interactions, seen, 1).itemMass);
    expect(first).toBeCloseTo(Math.log(1 / 2), 6);
    expect(second).toBeCloseTo(Math.log(1 / 8), 6);
    expect(last).toBeCloseTo(Math.log(3 / 8), 6);
  });
});

describe("draws by mass", () => {
  it("hit items as often as their masses say", () => {
    const masses = itemMasses(interactions, seen, 1);
    const found = frequencies((k) => drawByMass(masses, { epochKey, row: k, draw: 0 }, block));
    // four standard deviations of a share of 1/2: 4 sqrt(0.25 / 40,000)
    for (const [item, share] of [1 / 2, 1 / 8, 0, 3 / 8].entries()) {
      expect(Math.abs(found[item]! - share)).toBeLessThan(0.01);
    }
  });

  it("hit what a user has not seen, in the same proportions", () => {
    const masses = itemMasses(interactions, seen, 1);
    const ofUser = (user: number) =>
      frequencies((k) => drawUnseenByMass(masses, seen, { user, epochKey, row: k, draw: 1 }, block));
    expect(ofUser(0)[0]).toBe(0);
    expect(ofUser(0)[3]).toBe(0);
    const [first, second, , last] = ofUser(1); // 4, 0 and 3 of 7
    expect(second).toBe(0);
    expect(Math.abs(first! - 4 / 7)).toBeLessThan(0.01);
    expect(Math.abs(last! - 3 / 7)).toBeLessThan(0.01);
    expect(Math.abs(ofUser(2)[0]! - 1 / 2)).toBeLessThan(0.01);
  });

  it("find the item whose mass a point falls into, at both ends of each", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), (masses) => {
        const itemMass = new Uint32Array(masses.length + 1);
        for (const [item, mass] of masses.entries()) itemMass[item + 1] = itemMass[item]! + mass;
        for (const item of masses.keys()) {
          expect(itemOfMass(itemMass, itemMass[item]!)).toBe(item);
          expect(itemOfMass(itemMass, itemMass[item + 1]! - 1)).toBe(item);
        }
      }),
    );
  });
});

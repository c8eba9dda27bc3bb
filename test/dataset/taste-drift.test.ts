import { describe, expect, it } from "@jest/globals";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { tasteDrift } from "../../src/dataset/taste-drift.ts";
import { foldIn, makePermutation, permute, streamKey } from "../../src/random.ts";

/** Four styles of 20 items. Each user takes 8 new ones of a style for each letter, oldest first. */
function logOf(users: number, styles: (user: number) => string): Interactions {
  const pairs: [number, number][] = [];
  for (let user = 0; user < users; user++) {
    const taken = new Map<string, number>();
    for (const style of styles(user)) {
      const number = "abcd".indexOf(style);
      const order = makePermutation(foldIn(foldIn(streamKey(1, "items"), user), number), 20);
      const first = taken.get(style) ?? 0;
      for (let k = first; k < first + 8; k++) pairs.push([user, 20 * number + permute(order, k)]);
      taken.set(style, first + 8);
    }
  }
  return {
    users,
    items: 80,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
    length: pairs.length,
  };
}

/** From one style to the next: who shares one of them need not share the other. */
const drifting = (user: number): string => ["ab", "bc", "cd", "da"][user % 4]!;
const steady = (user: number): string => ["aa", "bb", "cc", "dd"][user % 4]!;

describe("the drift of tastes", () => {
  it("is many standard errors where people go from one style to the next", () => {
    expect(tasteDrift(logOf(200, drifting))).toBeGreaterThan(10);
  });

  it("is none where each keeps a style of their own", () => {
    expect(Math.abs(tasteDrift(logOf(200, steady))!)).toBeLessThan(3); // chance
  });

  it("is negative where people come back to what they began with", () => {
    const log = logOf(200, drifting);
    const itemColumn = log.itemColumn.slice();
    for (let row = 0; row < log.length; row += 16) {
      [itemColumn[row], itemColumn[row + 15]] = [itemColumn[row + 15]!, itemColumn[row]!];
    }
    expect(tasteDrift({ ...log, itemColumn })).toBeLessThan(-10);
  });

  it("does not depend on the order of users", () => {
    const log = logOf(60, drifting);
    const rows = Array.from({ length: log.length }, (_, at) => (at % 60) * 16 + Math.floor(at / 60)); // by turns
    const turned = {
      ...log,
      userColumn: Uint32Array.from(rows, (row) => log.userColumn[row]!),
      itemColumn: Uint32Array.from(rows, (row) => log.itemColumn[row]!),
    };
    expect(tasteDrift(turned)).toBe(tasteDrift(log));
  });

  it("cannot be told of fewer than thirty users with nine rows", () => {
    expect(tasteDrift(logOf(29, drifting))).toBeNull();
    expect(tasteDrift(logOf(30, drifting))).not.toBeNull();
    expect(tasteDrift(logOf(100, () => "a"))).toBeNull();
  });
});

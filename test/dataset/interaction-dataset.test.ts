import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";
import { DataError } from "../../src/errors.ts";

function interactionsOf(users: number, items: number, pairs: readonly (readonly [number, number])[]): Interactions {
  return {
    users,
    items,
    length: pairs.length,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
  };
}

describe("groupItemsByUser", () => {
  it("lists each user's distinct items in ascending order, users without any included", () => {
    const log = interactionsOf(4, 5, [
      [2, 4],
      [0, 3],
      [2, 0],
      [0, 1],
      [2, 4],
    ]);
    expect(groupItemsByUser(log)).toEqual({
      offsets: Uint32Array.of(0, 2, 2, 4, 4),
      itemsSorted: Uint32Array.of(1, 3, 0, 4),
    });
  });

  it("equals sorting and de-duplicating by hand, over one or two parts", () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 8 })), { maxLength: 60 });
    fc.assert(
      fc.property(pairs, pairs, (first, second) => {
        const grouped = groupItemsByUser(interactionsOf(7, 9, first), interactionsOf(7, 9, second));
        for (let user = 0; user < 7; user++) {
          const expected = new Set([...first, ...second].filter(([owner]) => owner === user).map(([, item]) => item));
          const found = grouped.itemsSorted.slice(grouped.offsets[user], grouped.offsets[user + 1]);
          expect([...found]).toEqual([...expected].sort((a, b) => a - b));
        }
        expect(grouped.offsets[7]).toBe(grouped.itemsSorted.length);
      }),
    );
  });

  it("refuses an index outside the extents, naming the row", () => {
    expect(() =>
      groupItemsByUser(
        interactionsOf(2, 2, [
          [0, 1],
          [1, 2],
        ]),
      ),
    ).toThrow(new DataError("interactions: row 1 is (user 1, item 2), expected users below 2 and items below 2"));
    expect(() => groupItemsByUser(interactionsOf(2, 2, [[2, 0]]))).toThrow(DataError);
  });

  it("refuses parts of different extents, columns of different lengths, and nothing at all", () => {
    expect(() => groupItemsByUser(interactionsOf(2, 2, []), interactionsOf(3, 2, []))).toThrow(/cannot be joined/);
    expect(() => groupItemsByUser({ ...interactionsOf(2, 2, [[0, 0]]), length: 2 })).toThrow(/expected 2 of each/);
    expect(() => groupItemsByUser()).toThrow(RangeError);
  });
});

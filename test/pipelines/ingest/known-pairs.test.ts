/** What is known beside the splits, held to a plain twin on sets of pairs. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { knownPairs } from "../../../pipelines/ingest/known-pairs.ts";
import { itemsByUserOf, seenItemsOf } from "../../../pipelines/ingest/split-view.ts";
import type { ItemsByUser } from "../../../src/dataset/interaction-dataset.ts";
import { renumber } from "../../../src/interactions/splitting/renumber.ts";
import { logOf } from "../../support/data/interaction-log.ts";

const extents = { users: 6, items: 7 };
const pair = fc.record({ user: fc.nat(5), item: fc.nat(6) });
const cases = fc.record({
  rows: fc.array(fc.record({ user: fc.nat(5), item: fc.nat(6), part: fc.nat(3) }), { minLength: 1, maxLength: 40 }),
  unwanted: fc.uniqueArray(pair, { maxLength: 15, selector: ({ user, item }) => 7 * user + item }),
});

const textsOf = ({ offsets, itemsSorted }: ItemsByUser): string[] =>
  [...itemsSorted].map((item, place) => `${offsets.findIndex((end) => end > place) - 1} ${item}`);

describe("known pairs", () => {
  it("are those left out of every split whose user and item are still there, each once, ascending", () => {
    fc.assert(
      fc.property(cases, ({ rows, unwanted }) => {
        const log = logOf(rows, extents);
        const parts = log.parts!; // every row has one
        const numbers = renumber(log, parts, { extraItems: [], putsUntrainedLast: false });
        const sorted = [...unwanted].sort((a, b) => a.user - b.user || a.item - b.item);
        const userOffsets = Uint32Array.from({ length: extents.users + 1 }, (_, user) =>
          sorted.reduce((before, one) => before + (one.user < user ? 1 : 0), 0),
        );
        const columns = { userOffsets, itemColumn: Uint32Array.from(sorted, ({ item }) => item) };
        const known = knownPairs({ log, parts, numbers }, columns);

        const stays = rows.filter(({ part }) => part !== 0);
        const has = (name: "user" | "item", value: number): boolean => stays.some((row) => row[name] === value);
        const expected = new Set<string>();
        for (const { user, item } of [...rows.filter(({ part }) => part === 0), ...unwanted]) {
          if (!has("user", user) || !has("item", item)) continue;
          if (stays.some((row) => row.user === user && row.item === item)) continue;
          expected.add(`${numbers.userIndex[user]} ${numbers.itemIndex[item]}`);
        }
        expect(textsOf(known)).toEqual([...expected].sort());
        const view = { log, parts, numbers, known };
        const all = new Set([...textsOf(itemsByUserOf(view, [1, 2, 3])), ...expected]);
        expect(textsOf(seenItemsOf(view))).toEqual([...all].sort());
      }),
    );
  });
});

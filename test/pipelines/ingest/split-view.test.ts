/** Rows of a part and items by user, held to their plain twins. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { noneKnown } from "../../../pipelines/ingest/known-pairs.ts";
import {
  chunksOfPart,
  interactionsOfPart,
  itemsByUserOf,
  type SplitView,
} from "../../../pipelines/ingest/split-view.ts";
import { groupItemsByUser } from "../../../src/dataset/interaction-dataset.ts";
import { renumber } from "../../../src/interactions/splitting/renumber.ts";
import { logOf } from "../../support/data/interaction-log.ts";

const row = fc.record({ user: fc.nat(6), item: fc.nat(8), part: fc.nat(3) });
const views = fc.array(row, { minLength: 1, maxLength: 60 }).map((rows): SplitView => {
  const log = logOf(rows, { users: 7, items: 9 });
  const parts = log.parts ?? new Uint8Array(log.rows);
  const numbers = renumber(log, parts, { extraItems: [], putsUntrainedLast: false });
  return { log, parts, numbers, known: noneKnown(numbers) };
});

describe("rows of a split", () => {
  it("groups items by user as the dataset room does from columns", () => {
    fc.assert(
      fc.property(views, (view) => {
        const expected = groupItemsByUser(...[1, 2, 3].map((part) => interactionsOfPart(view, part)));
        const found = itemsByUserOf(view, [1, 2, 3]);
        expect([...found.offsets]).toEqual([...expected.offsets]);
        expect([...found.itemsSorted]).toEqual([...expected.itemsSorted]);
      }),
    );
  });

  it("gives the same rows whatever the size of the chunks", () => {
    fc.assert(
      fc.property(views, fc.integer({ min: 1, max: 10 }), (view, capacity) => {
        const items: number[] = [];
        for (const chunk of chunksOfPart(view, 1, capacity)) items.push(...chunk.items.subarray(0, chunk.length));
        expect(items).toEqual([...interactionsOfPart(view, 1).itemColumn]);
      }),
    );
  });
});

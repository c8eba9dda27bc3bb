/**
 * Cold start of items, measured: some items are held out of training with all their rows, for validation and for test.
 * They are what a ranker has never met, and can know by their features alone.
 */
import { makePermutation, permute, streamKey } from "../../random.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { SPLIT_PART, type SplitRows } from "./split.ts";

export interface ItemsCut {
  /** Of the items with rows: so many for validation, and as many for test. */
  readonly share: number;
  readonly seed: number;
}

export function splitByItems(log: InteractionLog, kept: KeptRows, { share, seed }: ItemsCut): SplitRows {
  const hasRows = new Uint8Array(log.items);
  for (let row = 0; row < log.rows; row++) if (kept[row] === 1) hasRows[log.itemColumn[row]!] = 1;
  const items = Uint32Array.from(hasRows.keys()).filter((item) => hasRows[item] === 1);
  const heldOut = Math.round(share * items.length);
  const order = makePermutation(streamKey(seed, "split-by-items"), Math.max(1, items.length));
  const partOfItem = new Uint8Array(log.items).fill(SPLIT_PART.train);
  for (let position = 0; position < Math.min(2 * heldOut, items.length); position++) {
    partOfItem[items[permute(order, position)]!] = position < heldOut ? SPLIT_PART.test : SPLIT_PART.validation;
  }
  const parts = new Uint8Array(log.rows);
  for (let row = 0; row < log.rows; row++) if (kept[row] === 1) parts[row] = partOfItem[log.itemColumn[row]!]!;
  return {
    parts,
    rule: `${heldOut} items drawn by seed ${seed} are held out for test and ${heldOut} for validation, with all their rows`,
    counts: { heldOutItems: 2 * heldOut },
    warnings: [],
  };
}

/** Pairs that cleaning left out of every split, of users and items that are still there: met, and so no negatives. */
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { InteractionLog } from "../../src/interactions/interaction-log.ts";
import type { UnwantedPairs } from "../../src/interactions/reading/unwanted-pairs.ts";
import { GONE, type Renumbering } from "../../src/interactions/splitting/renumber.ts";
import { SPLIT_PART } from "../../src/interactions/splitting/split.ts";

export interface CleanedRows {
  readonly log: InteractionLog;
  /** [log.rows] SPLIT_PART of each row. */
  readonly parts: Uint8Array;
  readonly numbers: Renumbering;
}

/** Nothing is known beside the splits. */
export function noneKnown({ users }: Renumbering): ItemsByUser {
  return { offsets: new Uint32Array(users + 1), itemsSorted: new Uint32Array(0) };
}

/**
 * In final numbers. `unwanted` are pairs of the log's numbers that never were rows of it. A pair that a split has in
 * another row is not among them: that row says what it is.
 */
export function knownPairs({ log, parts, numbers }: CleanedRows, unwanted: UnwantedPairs | null): ItemsByUser {
  const offsets = new Uint32Array(numbers.users + 1);
  const most = parts.reduce(
    (rows, part) => rows + (part === SPLIT_PART.none ? 1 : 0),
    unwanted?.itemColumn.length ?? 0,
  );
  const itemsSorted = new Uint32Array(most);
  let filled = 0;
  // For each item the last user, plus 1, who has it in a split or among the pairs found.
  const metBy = new Uint32Array(log.items);
  for (let user = 0; user < log.users; user++) {
    const index = numbers.userIndex[user]!;
    if (index === GONE) continue;
    const [start, end] = [log.userOffsets[user]!, log.userOffsets[user + 1]!];
    for (let row = start; row < end; row++) {
      if (parts[row] !== SPLIT_PART.none) metBy[log.itemColumn[row]!] = user + 1;
    }
    const before = filled;
    const meet = (item: number): void => {
      if (metBy[item] === user + 1 || numbers.itemIndex[item] === GONE) return;
      metBy[item] = user + 1;
      itemsSorted[filled++] = numbers.itemIndex[item]!;
    };
    for (let row = start; row < end; row++) if (parts[row] === SPLIT_PART.none) meet(log.itemColumn[row]!);
    if (unwanted !== null) {
      const { userOffsets, itemColumn } = unwanted;
      for (let pair = userOffsets[user]!; pair < userOffsets[user + 1]!; pair++) meet(itemColumn[pair]!);
    }
    itemsSorted.subarray(before, filled).sort();
    offsets[index + 1] = filled;
  }
  return { offsets, itemsSorted: itemsSorted.slice(0, filled) };
}

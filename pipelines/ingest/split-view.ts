/** Rows of one part of a split, in their final numbers: as chunks for files, and as columns for drawing candidates. */
import type { Interactions, ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { InteractionLog } from "../../src/interactions/interaction-log.ts";
import { GONE, type Renumbering } from "../../src/interactions/splitting/renumber.ts";
import { SPLIT_PART } from "../../src/interactions/splitting/split.ts";
import { noneKnown } from "./known-pairs.ts";

export interface SplitView {
  readonly log: InteractionLog;
  /** [log.rows] SPLIT_PART of each row. */
  readonly parts: Uint8Array;
  readonly numbers: Renumbering;
  /** Of known-pairs.ts. */
  readonly known: ItemsByUser;
}

export interface RowChunk {
  readonly length: number;
  /** [length] rows of the log. */
  readonly rows: Uint32Array;
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

/** Users ascending, each user's rows oldest first. Every chunk reuses the same memory. */
export function* chunksOfPart({ log, parts, numbers }: SplitView, part: number, capacity: number): Iterable<RowChunk> {
  const rows = new Uint32Array(capacity);
  const users = new Uint32Array(capacity);
  const items = new Uint32Array(capacity);
  let length = 0;
  for (let user = 0; user < log.users; user++) {
    for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) {
      if (parts[row] !== part) continue;
      rows[length] = row;
      users[length] = numbers.userIndex[user]!;
      items[length] = numbers.itemIndex[log.itemColumn[row]!]!;
      if (++length < capacity) continue;
      yield { length, rows, users, items };
      length = 0;
    }
  }
  if (length > 0) yield { length, rows, users, items };
}

export function interactionsOfPart(view: SplitView, part: number): Interactions {
  const capacity = Math.max(1, countOfPart(view, part));
  const [chunk] = chunksOfPart(view, part, capacity);
  const { users, items } = view.numbers;
  const length = chunk?.length ?? 0;
  return {
    users,
    items,
    length,
    userColumn: chunk?.users.subarray(0, length) ?? new Uint32Array(0),
    itemColumn: chunk?.items.subarray(0, length) ?? new Uint32Array(0),
    weights: null, // evaluation counts every row alike
  };
}

export interface WeightSummary {
  readonly least: number;
  readonly most: number;
  readonly mean: number;
}

/** Over the rows of train; null where the log has no weights. */
export function weightsOfTrain({ log: { weights }, parts }: SplitView): WeightSummary | null {
  if (weights === null) return null;
  let [least, most, sum, rows] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (let row = 0; row < parts.length; row++) {
    if (parts[row] !== SPLIT_PART.train) continue;
    const weight = weights[row]!;
    least = Math.min(least, weight);
    most = Math.max(most, weight);
    sum += weight;
    rows++;
  }
  return { least, most, mean: sum / rows }; // a split has rows in train
}

function countOfPart({ parts }: SplitView, part: number): number {
  let count = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === part) count++;
  return count;
}

/** Each user's distinct items over all parts, and what else is known: no candidates of theirs. */
export function seenItemsOf(view: SplitView): ItemsByUser {
  const { train, validation, test, profile } = SPLIT_PART;
  return distinctItems(view, [train, validation, test, profile], view.known);
}

/**
 * Each user's distinct items over the parts that `included` names. The log is sorted by user already, so this costs 4
 * bytes a row, where groupItemsByUser, which takes columns in any order, costs 12.
 */
export function itemsByUserOf(view: SplitView, included: readonly number[]): ItemsByUser {
  return distinctItems(view, included, noneKnown(view.numbers));
}

function distinctItems(
  { log, parts, numbers }: SplitView,
  included: readonly number[],
  known: ItemsByUser,
): ItemsByUser {
  const offsets = new Uint32Array(numbers.users + 1);
  const itemsSorted = new Uint32Array(log.rows + known.itemsSorted.length);
  let filled = 0;
  for (let user = 0; user < log.users; user++) {
    const start = filled;
    const index = numbers.userIndex[user]!;
    for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) {
      if (included.includes(parts[row]!)) itemsSorted[filled++] = numbers.itemIndex[log.itemColumn[row]!]!;
    }
    if (index === GONE) continue; // none of their rows is in a part
    const others = known.itemsSorted.subarray(known.offsets[index], known.offsets[index + 1]);
    itemsSorted.set(others, filled);
    filled += others.length;
    if (filled > start) filled = start + dropRepeats(itemsSorted.subarray(start, filled).sort());
    offsets[index + 1] = filled;
  }
  return { offsets, itemsSorted: itemsSorted.subarray(0, filled) };
}

function dropRepeats(sorted: Uint32Array): number {
  let kept = 0;
  for (let k = 0; k < sorted.length; k++) if (k === 0 || sorted[k] !== sorted[k - 1]) sorted[kept++] = sorted[k]!;
  return kept;
}

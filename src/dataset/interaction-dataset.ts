/** Training interactions as typed arrays: the columns in log order, and per user the sorted distinct items (CSR). */
import { DataError } from "../errors.ts";

export interface Interactions {
  readonly users: number;
  readonly items: number;
  /** [length] user index of each interaction. */
  readonly userColumn: Uint32Array;
  /** [length] item index of each interaction. */
  readonly itemColumn: Uint32Array;
  /** [length] what each interaction's loss is multiplied by, finite and at least 0; null where all count alike. */
  readonly weights: Float32Array | null;
  readonly length: number;
}

/** Distinct items per user, ascending, as compressed sparse rows: itemsSorted[offsets[u] .. offsets[u + 1]). */
export interface ItemsByUser {
  /** [users + 1] */
  readonly offsets: Uint32Array;
  /** [distinct pairs] */
  readonly itemsSorted: Uint32Array;
}

/**
 * Groups pairs by user in O(pairs + users + items): two stable counting passes, no comparison sort.
 * Repeated pairs count once.
 */
export function groupItemsByUser(...parts: readonly Interactions[]): ItemsByUser {
  const { users, items } = extentsOf(parts);
  const total = parts.reduce((sum, part) => sum + part.length, 0);

  // First by item, so that the second, stable pass by user leaves each user's items ascending.
  const itemStarts = new Uint32Array(items + 1);
  for (const part of parts) for (let row = 0; row < part.length; row++) itemStarts[part.itemColumn[row]! + 1]!++;
  accumulate(itemStarts);
  const byItemUsers = new Uint32Array(total);
  const byItemItems = new Uint32Array(total);
  for (const part of parts) {
    for (let row = 0; row < part.length; row++) {
      const item = part.itemColumn[row]!;
      const position = itemStarts[item]!++;
      byItemUsers[position] = part.userColumn[row]!;
      byItemItems[position] = item;
    }
  }

  const userStarts = new Uint32Array(users + 1);
  for (let position = 0; position < total; position++) userStarts[byItemUsers[position]! + 1]!++;
  accumulate(userStarts);
  const next = userStarts.slice(0, users);
  const itemsSorted = new Uint32Array(total);
  for (let position = 0; position < total; position++)
    itemsSorted[next[byItemUsers[position]!]!++] = byItemItems[position]!;

  return dropRepeats(userStarts, itemsSorted);
}

/** The rows of `first`, then those of `second`, which has the same users and items, and weights if `first` has. */
export function joinInteractions(first: Interactions, second: Interactions): Interactions {
  const length = first.length + second.length;
  const userColumn = new Uint32Array(length);
  const itemColumn = new Uint32Array(length);
  userColumn.set(first.userColumn);
  userColumn.set(second.userColumn, first.length);
  itemColumn.set(first.itemColumn);
  itemColumn.set(second.itemColumn, first.length);
  return {
    users: first.users,
    items: first.items,
    userColumn,
    itemColumn,
    weights: joinWeights(first, second),
    length,
  };
}

function joinWeights(first: Interactions, second: Interactions): Float32Array | null {
  if (first.weights === null && second.weights === null) return null;
  if (first.weights === null || second.weights === null) {
    throw new DataError("interactions with weights cannot be joined with interactions without");
  }
  const weights = new Float32Array(first.length + second.length);
  weights.set(first.weights);
  weights.set(second.weights, first.length);
  return weights;
}

function extentsOf(parts: readonly Interactions[]): { users: number; items: number } {
  const [first] = parts;
  if (first === undefined) throw new RangeError("groupItemsByUser: expected at least one set of interactions");
  for (const part of parts) {
    if (part.users !== first.users || part.items !== first.items) {
      throw new DataError(
        `interactions of ${part.users} users x ${part.items} items cannot be joined with ${first.users} x ${first.items}`,
      );
    }
    checkColumns(part);
  }
  return first;
}

function checkColumns(part: Interactions): void {
  if (part.userColumn.length !== part.length || part.itemColumn.length !== part.length) {
    throw new DataError(
      `interactions: ${part.userColumn.length} users and ${part.itemColumn.length} items, expected ${part.length} of each`,
    );
  }
  for (let row = 0; row < part.length; row++) {
    if (part.userColumn[row]! >= part.users || part.itemColumn[row]! >= part.items) {
      throw new DataError(
        `interactions: row ${row} is (user ${part.userColumn[row]}, item ${part.itemColumn[row]}), expected users below ${part.users} and items below ${part.items}`,
      );
    }
  }
}

function accumulate(counts: Uint32Array): void {
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
}

function dropRepeats(starts: Uint32Array, itemsSorted: Uint32Array): ItemsByUser {
  const offsets = new Uint32Array(starts.length);
  let kept = 0;
  for (let user = 0; user + 1 < starts.length; user++) {
    let previous = -1;
    for (let position = starts[user]!; position < starts[user + 1]!; position++) {
      const item = itemsSorted[position]!;
      if (item !== previous) itemsSorted[kept++] = item;
      previous = item;
    }
    offsets[user + 1] = kept;
  }
  return { offsets, itemsSorted: itemsSorted.slice(0, kept) };
}

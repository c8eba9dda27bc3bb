/** After cleaning and splitting: who is left, and their final dense numbers, in the same order of ids as before. */
import type { InteractionLog } from "../interaction-log.ts";
import { SPLIT_PART } from "./split.ts";

/** Marks an id that is no longer there. */
export const GONE = 0xffffffff;

export interface Renumbering {
  readonly users: number;
  readonly items: number;
  /** [log.users] new user index, or GONE. */
  readonly userIndex: Uint32Array;
  /** [log.items] new item index, or GONE. */
  readonly itemIndex: Uint32Array;
  /** [users] and [items] interactions in train. */
  readonly userTrainCounts: Uint32Array;
  readonly itemTrainCounts: Uint32Array;
}

/**
 * Users without train rows, and without a profile, cannot be ranked for, so their rows leave the split. Clears them in
 * `parts` and returns how many users and rows that were.
 */
export function dropColdUsersInPlace(log: InteractionLog, parts: Uint8Array): { users: number; rows: number } {
  let users = 0;
  let rows = 0;
  for (let user = 0; user < log.users; user++) {
    const start = log.userOffsets[user]!;
    const end = log.userOffsets[user + 1]!;
    let train = 0;
    let others = 0;
    for (let row = start; row < end; row++) {
      if (parts[row] === SPLIT_PART.train || parts[row] === SPLIT_PART.profile) train++;
      else if (parts[row] !== SPLIT_PART.none) others++;
    }
    if (train > 0 || others === 0) continue;
    parts.fill(SPLIT_PART.none, start, end);
    users++;
    rows += others;
  }
  return { users, rows };
}

export interface RenumberOptions {
  /** Numbers of the log that stay in the catalogue without any row: items that only the official negatives name. */
  readonly extraItems: Iterable<number>;
  /** Items without rows in train stand behind all others, so that those that may be negatives are the first ones. */
  readonly putsUntrainedLast: boolean;
}

export function renumber(
  log: InteractionLog,
  parts: Uint8Array,
  { extraItems, putsUntrainedLast }: RenumberOptions,
): Renumbering {
  const userTrain = new Uint32Array(log.users);
  const itemTrain = new Uint32Array(log.items);
  const userIndex = new Uint32Array(log.users).fill(GONE);
  const itemIndex = new Uint32Array(log.items).fill(GONE);
  for (let user = 0; user < log.users; user++) {
    for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) {
      const part = parts[row]!;
      if (part === SPLIT_PART.none) continue;
      const item = log.itemColumn[row]!;
      userIndex[user] = 0;
      itemIndex[item] = 0;
      if (part === SPLIT_PART.train) {
        userTrain[user]!++;
        itemTrain[item]!++;
      }
    }
  }
  for (const item of extraItems) itemIndex[item] = 0;
  const userTrainCounts = numberPresent(userIndex, userTrain, false);
  const itemTrainCounts = numberPresent(itemIndex, itemTrain, putsUntrainedLast);
  return {
    users: userTrainCounts.length,
    items: itemTrainCounts.length,
    userIndex,
    itemIndex,
    userTrainCounts,
    itemTrainCounts,
  };
}

/** Numbers the entries that are not GONE from 0 and returns their counts, in the new order. */
function numberPresent(index: Uint32Array, counts: Uint32Array, putsUntrainedLast: boolean): Uint32Array {
  let next = 0;
  const isLast = (old: number): boolean => putsUntrainedLast && counts[old] === 0;
  const wasThere = index.map((given) => (given === GONE ? 0 : 1));
  for (let old = 0; old < index.length; old++) if (wasThere[old] === 1 && !isLast(old)) index[old] = next++;
  for (let old = 0; old < index.length; old++) if (wasThere[old] === 1 && isLast(old)) index[old] = next++;
  const present = new Uint32Array(next);
  for (let old = 0; old < index.length; old++) if (index[old] !== GONE) present[index[old]!] = counts[old]!;
  return present;
}

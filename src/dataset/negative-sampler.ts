/** Items a user has not touched, standing in for dislikes: uniform, exact, one draw each, no rejection. */
import { DataError } from "../errors.ts";
import { boundedInteger, type RandomBlock, type StreamKey, threefry } from "../random.ts";
import type { ItemsByUser } from "./interaction-dataset.ts";

/**
 * The item of rank `rank` (from 0) among the items that user does not have, in ascending order. Binary search for how
 * many of the user's items stand before it: itemsSorted[k] - k counts the free items before the k-th taken one.
 */
export function unseenItemOfRank(seen: ItemsByUser, user: number, rank: number): number {
  const start = seen.offsets[user]!;
  let low = 0;
  let high = seen.offsets[user + 1]! - start;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (seen.itemsSorted[start + middle]! - middle > rank) high = middle;
    else low = middle + 1;
  }
  return rank + low;
}

/** How many items of the catalogue the user has not touched. */
export function unseenCount(seen: ItemsByUser, user: number, items: number): number {
  return items - (seen.offsets[user + 1]! - seen.offsets[user]!);
}

/**
 * Negative number `draw` of training row `row`, uniform over the items that `user` lacks.
 * A pure function of (epochKey, row, draw): redrawn every epoch, the same on every engine.
 */
export function drawNegative(
  seen: ItemsByUser,
  at: {
    readonly items: number;
    readonly user: number;
    readonly epochKey: StreamKey;
    readonly row: number;
    readonly draw: number;
  },
  block: RandomBlock,
): number {
  threefry(at.epochKey, at.row, at.draw, block);
  return unseenItemOfRank(seen, at.user, boundedInteger(block.first, unseenCount(seen, at.user, at.items)));
}

/** Throws DataError for the first user who has interactions but no item left to serve as a negative. */
export function checkNegativesExist(seen: ItemsByUser, items: number): void {
  for (let user = 0; user + 1 < seen.offsets.length; user++) {
    if (unseenCount(seen, user, items) === 0) {
      throw new DataError(
        `user index ${user} is known to have met all ${items} items, so no negative can be drawn; drop such users (--where), keep more items, or forget what cleaning leaves out (--forget-filtered)`,
      );
    }
  }
}

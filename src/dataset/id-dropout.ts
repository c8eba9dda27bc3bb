/**
 * Ids left out of a share of what is trained on, so that features learn to stand alone, as they will for items that
 * nobody has met (DropoutNet: Volkovs et al. 2017). Drawn for each user and each item of a batch, not for each sample:
 * who is without an id in a batch is so in all of its samples. What is left keeps its weights; scores know every id.
 */
import { foldIn, type RandomBlock, type StreamKey, streamKey, threefry } from "../random.ts";

/** The draws of one batch. Sides without features keep their ids, which are all they have. */
export interface IdDropout {
  readonly users: StreamKey;
  readonly items: StreamKey;
  /** Whole, from 1 to below 2^32: an id is left out where its 32-bit draw is below. */
  readonly threshold: number;
}

/** The keys of one epoch (from 0). */
export type IdDropoutKeys = Pick<IdDropout, "users" | "items">;

export function idDropoutKeys(seed: number, epoch: number): IdDropoutKeys {
  return {
    users: foldIn(streamKey(seed, "id-dropout/users"), epoch),
    items: foldIn(streamKey(seed, "id-dropout/items"), epoch),
  };
}

/** Of batch number `step` of the epoch; null where the share is 0, or too small for 32 bits. */
export function idDropoutOf(share: number, keys: IdDropoutKeys, step: number): IdDropout | null {
  const threshold = Math.floor(share * 2 ** 32);
  if (threshold === 0) return null;
  return { users: foldIn(keys.users, step), items: foldIn(keys.items, step), threshold };
}

const block: RandomBlock = { first: 0, second: 0 };

/** Whether a user or an item of the batch is without its id. */
export function isWithoutId(dropout: IdDropout, side: "users" | "items", entity: number): boolean {
  threefry(dropout[side], entity, 0, block);
  return block.first < dropout.threshold;
}

/** Negatives that a block of rows has in common, and which of them each row leaves out. */
import type { StreamKey } from "../random.ts";
import type { ListwiseBatch } from "./batch.ts";
import type { ItemsByUser } from "./interaction-dataset.ts";
import { drawByMass, type ItemMasses } from "./popularity-draws.ts";

export interface BlockDraws {
  readonly masses: ItemMasses;
  readonly epochKey: StreamKey;
  /** Number of the batch's first block in its epoch. */
  readonly firstBlock: number;
}

/**
 * Negatives of every block: drawn by popularity where `draws` say how, else the positives of the block's rows, for
 * which a last block that is short goes on with the batch's first. A row leaves out what its user has seen.
 */
export function drawBlocks(
  {
    users,
    positives,
    seen,
    blockRows,
    perBlock,
  }: {
    readonly users: Uint32Array;
    readonly positives: Uint32Array;
    readonly seen: ItemsByUser;
    readonly blockRows: number;
    /** Where they are the positives of the block's rows, at most `blockRows` and the batch's length. */
    readonly perBlock: number;
  },
  draws: BlockDraws | null,
): Pick<ListwiseBatch, "blockRows" | "negatives" | "masked"> {
  const { length } = positives;
  const negatives = new Uint32Array(Math.ceil(length / blockRows) * perBlock);
  const words = { first: 0, second: 0 };
  for (let at = 0; at < negatives.length; at++) {
    const block = Math.floor(at / perBlock);
    const place = at - block * perBlock;
    negatives[at] =
      draws === null
        ? positives[(block * blockRows + place) % length]!
        : drawByMass(draws.masses, { epochKey: draws.epochKey, row: draws.firstBlock + block, draw: place }, words);
  }
  const offsets = new Uint32Array(length + 1);
  const places: number[] = [];
  for (let row = 0; row < length; row++) {
    const first = Math.floor(row / blockRows) * perBlock;
    for (let place = 0; place < perBlock; place++) {
      if (hasSeen(seen, users[row]!, negatives[first + place]!)) places.push(place);
    }
    offsets[row + 1] = places.length;
  }
  return { blockRows, negatives, masked: { offsets, places: Uint32Array.from(places) } };
}

function hasSeen({ offsets, itemsSorted }: ItemsByUser, user: number, item: number): boolean {
  let low = offsets[user]!;
  let high = offsets[user + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (itemsSorted[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return low < offsets[user + 1]! && itemsSorted[low] === item;
}

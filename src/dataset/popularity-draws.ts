/**
 * Draws by popularity: every item has a mass, its count in the log to some power, and a draw is a point of the masses
 * laid end to end. Exact, one draw each, no rejection, whole numbers alone: the twin of every engine's kernel.
 */
import { boundedInteger, type RandomBlock, type StreamKey, threefry } from "../random.ts";
import type { Interactions, ItemsByUser } from "./interaction-dataset.ts";

export interface ItemMasses {
  /** [items + 1] the mass before each item, and last that of all, below 2^32. */
  readonly itemMass: Uint32Array;
  /** [seen items] of each item that a user has seen, the mass of those before it in the user's list. */
  readonly seenMass: Uint32Array;
}

/** The masses of all items together, about: whole numbers then stand for shares to nine digits. */
const TOTAL = 2 ** 31;

export function itemMasses(interactions: Interactions, seen: ItemsByUser, power: number): ItemMasses {
  const itemMass = massesOfItems(interactions, power);
  return { itemMass, seenMass: massesBefore(seen, itemMass) };
}

/** [items + 1] as in ItemMasses: count^power, at least 1, so that none is out of reach; power 0 makes all alike. */
export function massesOfItems({ items, itemColumn }: Interactions, power: number): Uint32Array {
  return massesOfCounts(countsOf(itemColumn, items), power);
}

/** [items] how often each stands in a column. */
export function countsOf(itemColumn: Uint32Array, items: number): Uint32Array {
  const counts = new Uint32Array(items);
  for (const item of itemColumn) counts[item]!++;
  return counts;
}

/** As massesOfItems, of items that stand in the log so often. */
export function massesOfCounts(counts: Uint32Array, power: number): Uint32Array {
  const items = counts.length;
  const weights = Float64Array.from(counts, (count) => count ** power);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const itemMass = new Uint32Array(items + 1);
  for (let item = 0; item < items; item++) {
    itemMass[item + 1] = itemMass[item]! + Math.max(1, Math.round((weights[item]! / total) * TOTAL));
  }
  return itemMass;
}

function massesBefore({ offsets, itemsSorted }: ItemsByUser, itemMass: Uint32Array): Uint32Array {
  const users = offsets.length - 1;
  const seenMass = new Uint32Array(offsets[users]!);
  for (let user = 0; user < users; user++) {
    let before = 0;
    for (let at = offsets[user]!; at < offsets[user + 1]!; at++) {
      seenMass[at] = before;
      before += massOf(itemMass, itemsSorted[at]!);
    }
  }
  return seenMass;
}

/** [items] the logarithm of each item's share of the masses: log q of a draw from the whole catalogue. */
export function logShares(itemMass: Uint32Array): Float32Array {
  const items = itemMass.length - 1;
  const total = itemMass[items]!;
  return Float32Array.from({ length: items }, (_, item) => Math.log(massOf(itemMass, item) / total));
}

/** Draw number `draw` of row `row` from the whole catalogue. A pure function of (epochKey, row, draw). */
export function drawByMass(
  { itemMass }: ItemMasses,
  { epochKey, row, draw }: { readonly epochKey: StreamKey; readonly row: number; readonly draw: number },
  block: RandomBlock,
): number {
  threefry(epochKey, row, draw, block);
  return itemOfMass(itemMass, boundedInteger(block.first, itemMass.at(-1)!));
}

/**
 * The same from what `user` has not seen. Binary search for how many of the user's items begin at or before the point
 * once those before them are taken out; the point then moves on by their masses.
 */
export function drawUnseenByMass(
  { itemMass, seenMass }: ItemMasses,
  { offsets, itemsSorted }: ItemsByUser,
  at: { readonly user: number; readonly epochKey: StreamKey; readonly row: number; readonly draw: number },
  block: RandomBlock,
): number {
  threefry(at.epochKey, at.row, at.draw, block);
  const start = offsets[at.user]!;
  const count = offsets[at.user + 1]! - start;
  const last = start + count - 1;
  const all = count === 0 ? 0 : seenMass[last]! + massOf(itemMass, itemsSorted[last]!);
  const point = boundedInteger(block.first, itemMass.at(-1)! - all);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (itemMass[itemsSorted[start + middle]!]! - seenMass[start + middle]! > point) high = middle;
    else low = middle + 1;
  }
  return itemOfMass(itemMass, point + (low === count ? all : seenMass[start + low]!));
}

/** The item that a point below the last of `itemMass` falls into. */
export function itemOfMass(itemMass: Uint32Array, point: number): number {
  let low = 0;
  let left = itemMass.length - 1;
  while (left > 1) {
    const half = left >>> 1;
    if (itemMass[low + half]! <= point) {
      low += half;
      left -= half;
    } else {
      left = half;
    }
  }
  return low;
}

function massOf(itemMass: Uint32Array, item: number): number {
  return itemMass[item + 1]! - itemMass[item]!;
}

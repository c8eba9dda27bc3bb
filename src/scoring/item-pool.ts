/** The items that a job may recommend at all, and how the ranker cut down to them numbers them. */

export interface ItemPool {
  /** Ascending. Item `index` of the narrowed ranker is items[index]. */
  readonly items: Uint32Array;
  /** [items of the dataset] Index in `items`, or -1. */
  readonly indexInPool: Int32Array;
  /** The same items, most taken first, equal counts by ascending item. */
  readonly byPopularity: Uint32Array;
  /** [items of the dataset] How often each was taken. */
  readonly counts: Uint32Array;
}

/** `allowed` ascends; null is every item. */
export function itemPool(counts: Uint32Array, allowed: Uint32Array | null): ItemPool {
  const items = allowed ?? Uint32Array.from(counts, (_, item) => item);
  const indexInPool = new Int32Array(counts.length).fill(-1);
  for (const [index, item] of items.entries()) indexInPool[item] = index;
  const byPopularity = Uint32Array.from([...items].sort((a, b) => counts[b]! - counts[a]! || a - b));
  return { items, indexInPool, byPopularity, counts };
}

/** Items that are held out of training, or that the log has not: they stand last, and none of them is a negative. */
import type { Interactions, ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { DatasetDescription } from "./stored-dataset.ts";

/** Items [0, n) may be negatives. */
export function negativeItems({ trainedItems, items }: Pick<DatasetDescription, "trainedItems" | "items">): number {
  return trainedItems ?? items;
}

/** Whether validation and test are of items that no ranker is trained on. */
export function holdsOutItems({ split }: Pick<DatasetDescription, "split">): boolean {
  return (split.counts?.heldOutItems ?? 0) > 0;
}

/**
 * What batches are drawn from, so that negatives are of the first `count` items: `interactions` are of these alone. The
 * same objects where that is all there are.
 */
export function amongFirstItems(
  interactions: Interactions,
  seen: ItemsByUser,
  count: number,
): { readonly interactions: Interactions; readonly seen: ItemsByUser } {
  if (count === interactions.items) return { interactions, seen };
  const offsets = new Uint32Array(seen.offsets.length);
  const itemsSorted = new Uint32Array(seen.itemsSorted.length);
  let kept = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let at = seen.offsets[user]!; at < seen.offsets[user + 1]!; at++) {
      const item = seen.itemsSorted[at]!;
      if (item < count) itemsSorted[kept++] = item;
    }
    offsets[user + 1] = kept;
  }
  return {
    interactions: { ...interactions, items: count },
    seen: { offsets, itemsSorted: itemsSorted.slice(0, kept) },
  };
}

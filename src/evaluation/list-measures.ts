/**
 * What recommendation lists are like, right or wrong: how much of the catalogue they show, how
 * evenly, how new, how alike.
 */
import { NO_ITEM } from "../ranker/scorer.ts";
import type { RecommendationLists } from "./recommendation-lists.ts";

/** How often each item of the catalogue stands in a list. */
export function timesRecommended(lists: RecommendationLists, items: number): Uint32Array {
  const times = new Uint32Array(items);
  for (const item of lists.items) if (item !== NO_ITEM) times[item]!++;
  return times;
}

/** Share of the catalogue in at least one list (catalog coverage: Ge, Delgado-Battenfeld & Jannach 2010). */
export function catalogueCoverage(times: Uint32Array): number {
  return times.filter((count) => count > 0).length / times.length;
}

/**
 * Gini index of the recommendations' spread over the catalogue (Shani & Gunawardana 2011, section 8.3.6): 1 / (n - 1) x
 * sum over j of (2 j - n - 1) p_j, with the shares p ascending. 0: all items alike; 1: one item alone. 0 for one item.
 */
export function giniIndex(times: Uint32Array): number {
  const items = times.length;
  const ascending = times.slice().sort();
  let total = 0;
  let weighted = 0;
  for (const [position, count] of ascending.entries()) {
    total += count;
    weighted += (2 * (position + 1) - items - 1) * count;
  }
  return items < 2 || total === 0 ? 0 : weighted / (total * (items - 1));
}

/**
 * Mean self-information of the recommended items, -log2(share of users who have the item in train), in bits (Zhou et
 * al. 2010). An item that nobody has counts as if one user had it: the measure is not defined there.
 */
export function novelty(lists: RecommendationLists, trainCounts: Uint32Array, users: number): number {
  return meanOverItems(lists, (item) => -Math.log2(Math.max(1, trainCounts[item]!) / users));
}

/** Mean train interactions of the recommended items ("average recommendation popularity": Yin et al. 2012). */
export function meanPopularity(lists: RecommendationLists, trainCounts: Uint32Array): number {
  return meanOverItems(lists, (item) => trainCounts[item]!);
}

/**
 * Intra-list diversity: the mean distance of the pairs in a list (Smyth & McClave 2001; one minus the similarity that
 * Ziegler et al. 2005 sum), here 1 - Jaccard of the items' feature sets, then the mean over lists. Pairs with an item
 * that has no features are left out, and so are lists without a pair; null where no list has one.
 */
export function intraListDiversity(
  lists: RecommendationLists,
  features: readonly ReadonlySet<string>[],
): number | null {
  const { k, items } = lists;
  let sum = 0;
  let counted = 0;
  for (let start = 0; start < items.length; start += k) {
    const sets = [...items.subarray(start, start + k)]
      .map((item) => (item === NO_ITEM ? undefined : features[item]))
      .filter((set) => set !== undefined)
      .filter((set) => set.size > 0);
    let distances = 0;
    for (const [position, set] of sets.entries()) {
      for (let other = 0; other < position; other++) distances += 1 - jaccard(set, sets[other]!);
    }
    if (sets.length < 2) continue;
    sum += distances / ((sets.length * (sets.length - 1)) / 2);
    counted++;
  }
  return counted === 0 ? null : sum / counted;
}

/** Shared features as a share of all; of two sets that are not both empty. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const feature of a) if (b.has(feature)) shared++;
  return shared / (a.size + b.size - shared);
}

/** Over all positions of all lists that hold an item; lists are equally long but where a user has no more items. */
function meanOverItems({ items }: RecommendationLists, value: (item: number) => number): number {
  let sum = 0;
  let count = 0;
  for (const item of items) {
    if (item === NO_ITEM) continue;
    sum += value(item);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

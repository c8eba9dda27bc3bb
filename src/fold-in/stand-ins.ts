/** The items that stand for all negatives, and what share of a person's negatives each of them is. */
import { makePermutation, permute, streamKey } from "../random.ts";

/** Where training takes negatives from. */
export interface NegativeDraws {
  /** A positive's, at least 0. */
  readonly perPositive: number;
  /** [items] log of the share of draws that each item is; null where all are alike. */
  readonly itemLogQ: Float32Array | null;
  /** Whether draws are from all items, of which a positive leaves out those that its user has seen. */
  readonly leavesOut: boolean;
}

export interface StandIns {
  readonly items: Uint32Array;
  /** [items] of people who took nothing, of sum 1. */
  readonly shares: Float64Array;
  /** Of somebody who took these items. */
  negativesOf(taken: Uint32Array): PersonNegatives;
}

export interface PersonNegatives {
  /** [stand-ins] of sum 1, and 0 of the person's own; all 0 where no other item is left. */
  readonly shares: Float64Array;
  /** That a positive meets on average. */
  readonly perPositive: number;
}

/** Items that stand for all negatives, at most: latency has a bound, whatever the catalogue. */
const MOST_NEGATIVES = 4096;

/** The draws' shares are of all items; `items` are those that were trained. */
export function standInsFor(
  { perPositive, itemLogQ, leavesOut }: NegativeDraws,
  { items, seed }: { readonly items: Uint32Array; readonly seed: number },
): StandIns {
  const chosen = drawn(items, seed);
  const positions = new Map(Array.from(chosen, (item, position) => [item, position] as const));
  const massOf = (item: number): number => (itemLogQ === null ? 1 : Math.exp(itemLogQ[item]!));
  const masses = Float64Array.from(chosen, massOf);
  const total = items.reduce((sum, item) => sum + massOf(item), 0);
  return {
    items: chosen,
    shares: sharesOf(masses),
    negativesOf(taken) {
      const own = masses.slice();
      let seen = 0;
      for (const item of taken) {
        const position = positions.get(item);
        if (position !== undefined) own[position] = 0;
        seen += massOf(item);
      }
      return {
        shares: sharesOf(own),
        perPositive: leavesOut ? perPositive * Math.max(0, 1 - seen / total) : perPositive,
      };
    },
  };
}

function sharesOf(masses: Float64Array): Float64Array {
  const sum = masses.reduce((all, mass) => all + mass, 0);
  return sum === 0 ? masses : masses.map((mass) => mass / sum);
}

/** All items, or MOST_NEGATIVES of them drawn once: the same for every person. */
function drawn(items: Uint32Array, seed: number): Uint32Array {
  if (items.length <= MOST_NEGATIVES) return items;
  const permutation = makePermutation(streamKey(seed, "fold-in"), items.length);
  return Uint32Array.from({ length: MOST_NEGATIVES }, (_, k) => items[permute(permutation, k)]!).sort();
}

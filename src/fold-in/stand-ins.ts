/**
 * The items that stand for all negatives, and what share of a person's negatives each of them is. Of a long catalogue
 * they are some that were drawn, and, once it is known which items a person's row is near to, those as well: items that
 * stand for nothing but themselves, so that what competes with the person's own is all there.
 */
import { makePermutation, permute, streamKey } from "../random.ts";
import { bestItemsInto } from "../ranker/best-items.ts";

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
  /** The same for everybody; all of them, or DRAWN. */
  readonly items: Uint32Array;
  /** [items] of people who took nothing, of sum 1. */
  readonly shares: Float64Array;
  readonly isAll: boolean;
  /** Of somebody who took these items. */
  negativesOf(taken: Uint32Array): PersonNegatives;
  /** The same with the NEAREST besides, by logits of all items that were trained, which are changed. */
  nearestOf(taken: Uint32Array, logits: Float32Array): PersonNegatives & Pick<StandIns, "items">;
}

export interface PersonNegatives {
  /** [stand-ins] of sum 1, and 0 of the person's own; all 0 where no other item is left. */
  readonly shares: Float64Array;
  /** That a positive meets on average. */
  readonly perPositive: number;
}

/** Catalogues of so many items are taken whole. */
const WHOLE = 4096;
/** Of longer ones: latency grows with the catalogue only as far as each item is scored once. */
const DRAWN = 2048;
const NEAREST = 2048;

/** The draws' shares are of all items; `items` are those that were trained, ascending or not. */
export function standInsFor(
  { perPositive, itemLogQ, leavesOut }: NegativeDraws,
  { items, seed }: { readonly items: Uint32Array; readonly seed: number },
): StandIns {
  const isAll = items.length <= WHOLE;
  const chosen = isAll ? items : drawn(items, seed);
  const positions = positionsOf(chosen);
  const massOf = (item: number): number => (itemLogQ === null ? 1 : Math.exp(itemLogQ[item]!));
  const masses = Float64Array.from(chosen, massOf);
  const total = items.reduce((sum, item) => sum + massOf(item), 0);
  const massesOf = (some: Uint32Array): number => some.reduce((sum, item) => sum + massOf(item), 0);
  const countOf = (taken: Uint32Array): number =>
    leavesOut ? perPositive * Math.max(0, 1 - massesOf(taken) / total) : perPositive;
  const massesWithout = (left: Uint32Array): Float64Array => {
    const own = masses.slice();
    for (const item of left) {
      const position = positions.get(item);
      if (position !== undefined) own[position] = 0;
    }
    return own;
  };
  let places: ReadonlyMap<number, number> | null = null; // of all items

  return {
    items: chosen,
    shares: sharesOf(masses, 1),
    isAll,
    negativesOf: (taken) => ({ shares: sharesOf(massesWithout(taken), 1), perPositive: countOf(taken) }),
    nearestOf(taken, logits) {
      places ??= positionsOf(items);
      const own = Uint32Array.from(Array.from(taken).flatMap((item) => places!.get(item) ?? []));
      const best = new Uint32Array(Math.min(NEAREST, items.length - own.length));
      bestItemsInto(logits, own, best, new Float32Array(best.length));
      const nearest = best.map((place) => items[place]!);
      const rest = massesWithout(Uint32Array.from([...taken, ...nearest]));
      const share = massesOf(nearest) / (total - massesOf(taken)); // of all negatives, those that are near
      const shares = new Float64Array(nearest.length + chosen.length);
      shares.set(sharesOf(Float64Array.from(nearest, massOf), share));
      shares.set(sharesOf(rest, 1 - share), nearest.length);
      return { items: Uint32Array.from([...nearest, ...chosen]), shares, perPositive: countOf(taken) };
    },
  };
}

function positionsOf(items: Uint32Array): ReadonlyMap<number, number> {
  return new Map(Array.from(items, (item, position) => [item, position] as const));
}

function sharesOf(masses: Float64Array, all: number): Float64Array {
  const sum = masses.reduce((found, mass) => found + mass, 0);
  return sum === 0 ? masses : masses.map((mass) => (all * mass) / sum);
}

function drawn(items: Uint32Array, seed: number): Uint32Array {
  const permutation = makePermutation(streamKey(seed, "fold-in"), items.length);
  return Uint32Array.from({ length: DRAWN }, (_, k) => items[permute(permutation, k)]!).sort();
}

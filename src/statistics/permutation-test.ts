/**
 * Paired permutation test of a mean difference (Fisher 1935): were the two rankers alike, each pair's sign would be a
 * coin's. Two-sided. Exact where the signs can be enumerated; otherwise by drawn signs, with the observed one among
 * them (Phipson & Smyth 2010), so that no p is 0.
 */
import { streamKey, threefry } from "../random.ts";

const MOST_ENUMERATED = 16;
/** Sums that differ by rounding alone are equal. */
const RELATIVE_TOLERANCE = 1e-12;

/** The share of sign assignments whose |sum| is at least the observed one. 1 where every difference is 0. */
export function signFlipTest(
  differences: ArrayLike<number>,
  options: { readonly permutations: number; readonly seed: number },
): number {
  const nonZero = Float64Array.from(differences).filter((value) => value !== 0); // a sign does not change 0
  if (nonZero.length === 0) return 1;
  let [observed, size] = [0, 0];
  for (const value of nonZero) {
    observed += value;
    size += Math.abs(value);
  }
  const threshold = Math.abs(observed) - RELATIVE_TOLERANCE * size;
  return nonZero.length <= MOST_ENUMERATED
    ? enumerate(nonZero, threshold)
    : sample(nonZero, threshold, options.permutations, options.seed);
}

/** Whether fewer of the drawn assignments could not be as extreme: the true p may be smaller than this. */
export function isLeastDrawn(p: number, permutations: number): boolean {
  return p === 1 / (permutations + 1);
}

function enumerate(values: Float64Array, threshold: number): number {
  const assignments = 2 ** values.length;
  let asExtreme = 0;
  for (let signs = 0; signs < assignments; signs++) {
    let sum = 0;
    for (let k = 0; k < values.length; k++) sum += (signs >>> k) & 1 ? values[k]! : -values[k]!;
    if (Math.abs(sum) >= threshold) asExtreme++;
  }
  return asExtreme / assignments;
}

function sample(values: Float64Array, threshold: number, permutations: number, seed: number): number {
  const key = streamKey(seed, "permutation/signs");
  const block = { first: 0, second: 0 };
  let asExtreme = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    let sum = 0;
    for (let from = 0; from < values.length; from += 64) {
      threefry(key, from, permutation, block);
      const end = Math.min(values.length, from + 64);
      for (let k = from; k < end; k++) {
        const word = k - from < 32 ? block.first : block.second;
        sum += (word >>> (k & 31)) & 1 ? values[k]! : -values[k]!;
      }
    }
    if (Math.abs(sum) >= threshold) asExtreme++;
  }
  return asExtreme / (permutations + 1);
}

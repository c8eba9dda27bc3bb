/**
 * Wilcoxon's signed-rank test (Wilcoxon 1945), two-sided: zeros are dropped, tied sizes share their mean rank. Exact,
 * given the ranks, up to 50 pairs; beyond that normal, with the variance corrected for ties and a continuity correction
 * of 1/2 (Hollander & Wolfe 1999, 3.1).
 */
import { twoSidedNormal } from "./normal.ts";

export interface WilcoxonResult {
  /** Sum of the ranks of positive differences. */
  readonly positiveRanks: number;
  /** Differences other than 0. */
  readonly pairs: number;
  /** 1 where no pair differs. */
  readonly p: number;
}

const MOST_EXACT = 50;

export function wilcoxonSignedRank(differences: ArrayLike<number>): WilcoxonResult {
  const values = Array.from(differences).filter((value) => value !== 0);
  values.sort((a, b) => Math.abs(a) - Math.abs(b));
  const pairs = values.length;
  const doubledRanks = new Uint32Array(pairs); // twice the rank, which may be a half
  let [positive, tieTerm] = [0, 0];
  for (let first = 0; first < pairs; ) {
    let end = first + 1;
    while (end < pairs && Math.abs(values[end]!) === Math.abs(values[first]!)) end++;
    doubledRanks.fill(first + 1 + end, first, end); // ranks first + 1 to end, their mean doubled
    tieTerm += (end - first) ** 3 - (end - first);
    first = end;
  }
  for (const [k, value] of values.entries()) if (value > 0) positive += doubledRanks[k]! / 2;
  if (pairs === 0) return { positiveRanks: 0, pairs, p: 1 };
  const p = pairs <= MOST_EXACT ? exactP(doubledRanks, positive) : normalP(pairs, positive, tieTerm);
  return { positiveRanks: positive, pairs, p };
}

/** Every assignment of signs is as likely: counts of each rank sum, by adding one pair after the other. */
function exactP(doubledRanks: Uint32Array, positive: number): number {
  const total = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  const share = new Float64Array(total + 1); // of the assignments with that doubled sum
  share[0] = 1;
  let reach = 0;
  for (const rank of doubledRanks) {
    for (let sum = reach; sum >= 0; sum--) {
      const half = share[sum]! / 2;
      share[sum] = half;
      share[sum + rank]! += half;
    }
    reach += rank;
  }
  const doubled = 2 * positive;
  const low = Math.min(doubled, total - doubled);
  let tail = 0;
  for (let sum = 0; sum <= low; sum++) tail += share[sum]!;
  return Math.min(1, 2 * tail);
}

function normalP(pairs: number, positive: number, tieTerm: number): number {
  const mean = (pairs * (pairs + 1)) / 4;
  const variance = (pairs * (pairs + 1) * (2 * pairs + 1)) / 24 - tieTerm / 48;
  const distance = Math.max(0, Math.abs(positive - mean) - 0.5);
  return twoSidedNormal(distance / Math.sqrt(variance));
}

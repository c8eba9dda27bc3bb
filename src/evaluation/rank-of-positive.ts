/** Where the items a user really took stand in a ranked list: ties are decided here alone. */
import { DataError } from "../errors.ts";

/**
 * Ranks (from 1) of one user's positives in the common list of positives and negatives, best placed first.
 * The three rules differ only where a negative has exactly the score of a positive.
 */
export interface PositiveRanks {
  /** Tied negatives stand before the positive: a constant scorer comes last. The rule of every reported metric. */
  readonly pessimistic: Uint32Array;
  /** Tied negatives stand behind the positive. Only to show how much a protocol hides. */
  readonly optimistic: Uint32Array;
  /** Mean rank when ties are broken at random, which is not the rank of a mean metric. */
  readonly expected: Float64Array;
  /** Positives with the score of at least one negative. */
  readonly tied: number;
}

/** Of each positive, in the order given: negatives that score at least as much, and negatives that score more. */
export interface NegativeCounts {
  readonly atLeast: Uint32Array;
  readonly above: Uint32Array;
}

/** O((positives + negatives) log positives). Scores may be infinite; NaN cannot be ranked and throws DataError. */
export function rankPositives(positiveScores: Float32Array, negativeScores: Float32Array): PositiveRanks {
  checkScores("positive", positiveScores);
  checkScores("negative", negativeScores);
  return ranksOfCounts(positiveScores, countNegatives(positiveScores, negativeScores));
}

/** The ranks that follow from how many negatives stand before each positive. */
export function ranksOfCounts(scores: Float32Array, counts: NegativeCounts): PositiveRanks {
  const order = bestFirst(scores);
  const descending = order.map((position) => scores[position]!);
  const atLeast = order.map((position) => counts.atLeast[position]!);
  const above = order.map((position) => counts.above[position]!);
  const count = descending.length;
  const pessimistic = new Uint32Array(count);
  const optimistic = new Uint32Array(count);
  const expected = new Float64Array(count);
  let tied = 0;
  for (let first = 0; first < count; ) {
    let end = first + 1;
    while (end < count && descending[end] === descending[first]) end++;
    // One tie group: `end - first` positives among `tiedNegatives` negatives of the same score.
    const negativesAbove = above[first]!;
    const tiedNegatives = atLeast[first]! - negativesAbove;
    const groupSize = end - first + tiedNegatives;
    for (let position = first; position < end; position++) {
      pessimistic[position] = 1 + position + negativesAbove + tiedNegatives;
      optimistic[position] = 1 + position + negativesAbove;
      // The j-th smallest of n random positions among N stands at j (N + 1) / (n + 1) on average.
      expected[position] = first + negativesAbove + ((position - first + 1) * (groupSize + 1)) / (end - first + 1);
    }
    if (tiedNegatives > 0) tied += end - first;
    first = end;
  }
  return { pessimistic, optimistic, expected, tied };
}

function checkScores(kind: string, scores: Float32Array): void {
  for (let k = 0; k < scores.length; k++) {
    if (Number.isNaN(scores[k])) throw new DataError(`${kind} score ${k} is NaN, which has no rank`);
  }
}

/** None may be NaN. */
export function countNegatives(positiveScores: Float32Array, negativeScores: Float32Array): NegativeCounts {
  const order = bestFirst(positiveScores);
  const descending = Float32Array.from(order, (position) => positiveScores[position]!);
  const count = descending.length;
  // First, at each position, the negatives that reach it but none before it; then running sums.
  const reaching = new Uint32Array(count + 1);
  const beyond = new Uint32Array(count + 1);
  for (let k = 0; k < negativeScores.length; k++) {
    const score = negativeScores[k]!;
    reaching[firstPositionBelow(descending, score, true)]!++;
    beyond[firstPositionBelow(descending, score, false)]!++;
  }
  const atLeast = new Uint32Array(count);
  const above = new Uint32Array(count);
  for (let position = 0, [reached, passed] = [0, 0]; position < count; position++) {
    atLeast[order[position]!] = reached += reaching[position]!;
    above[order[position]!] = passed += beyond[position]!;
  }
  return { atLeast, above };
}

function bestFirst(scores: Float32Array): readonly number[] {
  return [...scores.keys()].sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! > scores[b]! ? -1 : 1));
}

/** The first position whose score is below `score`, or not above it where `orEqual`; the length when there is none. */
function firstPositionBelow(descending: Float32Array, score: number, orEqual: boolean): number {
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = descending[middle]!;
    if (value < score || (orEqual && value === score)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where the items a user really took stand in a ranked list: ties are decided here alone. */
import { DataError } from "../errors.ts";
import type { Standings } from "../ranker/scorer.ts";

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

/** O((positives + negatives) log positives). Scores may be infinite; NaN cannot be ranked and throws DataError. */
export function rankPositives(positiveScores: Float32Array, negativeScores: Float32Array): PositiveRanks {
  checkScores("positive", positiveScores);
  checkScores("negative", negativeScores);
  const descending = Float32Array.from(positiveScores).sort().reverse(); // [positives]
  return ranksByCounts(descending, countNegatives(descending, negativeScores));
}

/** The same of negatives that were counted already: for each positive, how many score higher, and how many the same. */
export function rankByStandings({ scores, above, equal }: Standings): PositiveRanks {
  checkScores("positive", scores);
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const counts = {
    above: Uint32Array.from(order, (position) => above[position]!),
    atLeast: Uint32Array.from(order, (position) => above[position]! + equal[position]!),
  };
  return ranksByCounts(
    Float32Array.from(order, (position) => scores[position]!),
    counts,
  );
}

/** Negatives that score at least as much as a positive, and those that score more, of each position. */
interface NegativeCounts {
  readonly atLeast: Uint32Array;
  readonly above: Uint32Array;
}

function ranksByCounts(descending: Float32Array, { atLeast, above }: NegativeCounts): PositiveRanks {
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

function countNegatives(descending: Float32Array, negativeScores: Float32Array): NegativeCounts {
  const count = descending.length;
  // First, at each position, the negatives that reach it but none before it; then running sums.
  const atLeast = new Uint32Array(count + 1);
  const above = new Uint32Array(count + 1);
  for (let k = 0; k < negativeScores.length; k++) {
    const score = negativeScores[k]!;
    atLeast[firstPositionBelow(descending, score, true)]!++;
    above[firstPositionBelow(descending, score, false)]!++;
  }
  for (let position = 1; position < count; position++) {
    atLeast[position]! += atLeast[position - 1]!;
    above[position]! += above[position - 1]!;
  }
  return { atLeast, above };
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

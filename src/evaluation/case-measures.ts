/** What single held-out items tell besides the users' ranks: AUC, and hits by item. */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { CaseCounts } from "./case-counts.ts";
import type { NegativeCounts } from "./rank-of-positive.ts";

export interface CaseMeasures {
  /** Mean over users of areaUnderCurve. */
  readonly auc: number;
  /** Of each held-out item, in the candidates' order: 1 or 0, and 1 / log2(rank + 1) or 0. */
  readonly hits: Uint8Array;
  readonly gains: Float64Array;
}

/** `counts` are of the same candidates. */
export function measureCases(
  { positives, positiveOffsets, users }: EvaluationCandidates,
  counts: CaseCounts,
  k: number,
): CaseMeasures {
  const hits = new Uint8Array(positives.length);
  const gains = new Float64Array(positives.length);
  let auc = 0;
  for (let caseIndex = 0; caseIndex < users.length; caseIndex++) {
    const [first, end] = [positiveOffsets[caseIndex]!, positiveOffsets[caseIndex + 1]!];
    const own = { atLeast: counts.atLeast.subarray(first, end), above: counts.above.subarray(first, end) };
    auc += areaUnderCurve(own, counts.negatives[caseIndex]!);
    for (const [at, rank] of ranksByItem(counts.scores.subarray(first, end), own.atLeast).entries()) {
      if (rank > k) continue;
      hits[first + at] = 1;
      gains[first + at] = 1 / Math.log2(rank + 1);
    }
  }
  return { auc: auc / users.length, hits, gains };
}

/**
 * The chance that a random held-out item of the user is scored above a random negative, a tie counting half (Hanley &
 * McNeil 1982; for rankers, Rendle et al. 2009).
 */
export function areaUnderCurve({ atLeast, above }: NegativeCounts, negatives: number): number {
  let won = 0;
  for (let own = 0; own < atLeast.length; own++) won += negatives - (atLeast[own]! + above[own]!) / 2;
  return won / (atLeast.length * negatives);
}

/**
 * Rank from 1 of each held-out item in the common list, in the order given; ties with negatives count against it.
 * `atLeast` negatives score as much as each.
 */
export function ranksByItem(positiveScores: Float32Array, atLeast: Uint32Array): readonly number[] {
  return Array.from(positiveScores, (score, own) => {
    let rank = 1 + atLeast[own]!;
    for (const [other, rival] of positiveScores.entries()) {
      if (rival > score || (rival === score && other < own)) rank++;
    }
    return rank;
  });
}

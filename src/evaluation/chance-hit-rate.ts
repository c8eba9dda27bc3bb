/** What a protocol gives to a ranker that guesses: where that is much, hit rates tell nobody apart. */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";

/**
 * The expected HR@k of a random order of each user's stored candidates, mean over users, in [0, 1]. With p positives
 * and n negatives, the first k hold none with probability (n choose k) / (n + p choose k).
 */
export function chanceHitRate({ users, positiveOffsets, negativeOffsets }: EvaluationCandidates, k: number): number {
  let sum = 0;
  for (let caseIndex = 0; caseIndex < users.length; caseIndex++) {
    const positives = positiveOffsets[caseIndex + 1]! - positiveOffsets[caseIndex]!;
    const negatives = negativeOffsets[caseIndex + 1]! - negativeOffsets[caseIndex]!;
    let miss = 1;
    for (let drawn = 0; drawn < k && miss > 0; drawn++) {
      miss *= Math.max(0, negatives - drawn) / Math.max(1, negatives + positives - drawn);
    }
    sum += 1 - miss;
  }
  return users.length === 0 ? 0 : sum / users.length;
}

/** Whether some user has several positives in one list: "1+99" would be the wrong name then. */
export function hasSeveralPositives({ users, positiveOffsets }: EvaluationCandidates): boolean {
  for (let caseIndex = 0; caseIndex < users.length; caseIndex++) {
    if (positiveOffsets[caseIndex + 1]! - positiveOffsets[caseIndex]! > 1) return true;
  }
  return false;
}

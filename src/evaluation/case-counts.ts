/**
 * Every held-out item against its negatives, counted once: all that ranks, AUC and deciles are made of, and on the way
 * the probabilities and lists that an evaluation may want besides.
 */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { askCatalogue } from "./ask-catalogue.ts";
import { CalibrationCounts } from "./calibration.ts";
import { countNegatives } from "./rank-of-positive.ts";
import type { RecommendationLists } from "./recommendation-lists.ts";
import { scoreSampledCases } from "./score-cases.ts";

/** In the candidates' order of positives and of cases. */
export interface CaseCounts {
  /** [positives] */
  readonly scores: Float32Array;
  /** [positives] Negatives of the case that score at least as much, and that score more. */
  readonly atLeast: Uint32Array;
  readonly above: Uint32Array;
  /** [cases] */
  readonly negatives: Uint32Array;
}

/** What measureBeyondAccuracy will want to know. */
export interface Besides {
  /** Length of the lists; their users are those of the cases. */
  readonly k: number;
  readonly calibrates: boolean;
}

export interface CountedCases {
  readonly counts: CaseCounts;
  /** Null unless asked for. */
  readonly calibration: CalibrationCounts | null;
  /** The best items but the masked ones; null unless asked for of the full catalogue. */
  readonly lists: RecommendationLists | null;
}

export interface CountingOptions {
  /** For the full catalogue; null for the stored negatives. */
  readonly masked: ItemsByUser | null;
  readonly besides: Besides | null;
  readonly scoresPerBlock: number;
}

/** Throws DataError for a score that is NaN. */
export async function countCases(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  { masked, besides, scoresPerBlock }: CountingOptions,
): Promise<CountedCases> {
  const counts: CaseCounts = {
    scores: new Float32Array(candidates.positives.length),
    atLeast: new Uint32Array(candidates.positives.length),
    above: new Uint32Array(candidates.positives.length),
    negatives: new Uint32Array(candidates.users.length),
  };
  const calibration = besides?.calibrates === true ? new CalibrationCounts() : null;
  if (masked === null) {
    await countSampled(scorer, candidates, scoresPerBlock, counts, calibration);
    return { counts, calibration, lists: null };
  }
  const k = besides?.k ?? 0;
  const lists = new Uint32Array(candidates.users.length * k); // [cases, k]
  const asked = {
    users: candidates.users,
    positives: { offsets: candidates.positiveOffsets, items: candidates.positives },
    masked,
    k,
    calibrates: calibration !== null,
    scoresPerBlock,
  };
  for await (const { start, answers } of askCatalogue(scorer, asked)) {
    const first = candidates.positiveOffsets[start]!;
    counts.scores.set(answers.scores, first);
    counts.atLeast.set(answers.atLeast, first);
    counts.above.set(answers.above, first);
    lists.set(answers.lists, start * k);
    calibration?.add("positive", answers.scores);
    if (answers.bins !== null) calibration?.addBins("negative", answers.bins);
  }
  for (let caseIndex = 0; caseIndex < candidates.users.length; caseIndex++) {
    counts.negatives[caseIndex] = scorer.items - excludedItems(candidates, masked, caseIndex);
  }
  return { counts, calibration, lists: k === 0 ? null : { k, items: lists } };
}

async function countSampled(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  scoresPerBlock: number,
  counts: CaseCounts,
  calibration: CalibrationCounts | null,
): Promise<void> {
  for await (const { caseIndex, positiveScores, negativeScores } of scoreSampledCases(
    scorer,
    candidates,
    scoresPerBlock,
  )) {
    const first = candidates.positiveOffsets[caseIndex]!;
    const { atLeast, above } = countNegatives(positiveScores, negativeScores);
    counts.scores.set(positiveScores, first);
    counts.atLeast.set(atLeast, first);
    counts.above.set(above, first);
    counts.negatives[caseIndex] = negativeScores.length;
    calibration?.add("positive", positiveScores);
    calibration?.add("negative", negativeScores);
  }
}

/** How many items are masked or positives. */
function excludedItems(
  { users, positives, positiveOffsets }: EvaluationCandidates,
  { offsets, itemsSorted }: ItemsByUser,
  caseIndex: number,
): number {
  const user = users[caseIndex]!;
  const seen = itemsSorted.subarray(offsets[user], offsets[user + 1]);
  const own = positives.subarray(positiveOffsets[caseIndex], positiveOffsets[caseIndex + 1]);
  return own.reduce((count, item) => count + (seen.includes(item) ? 0 : 1), seen.length);
}

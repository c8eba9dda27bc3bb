/**
 * What single held-out items tell besides the users' ranks: AUC, hits by item, and scores as
 * probabilities. One pass over the cases.
 */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { CalibrationCounts } from "./calibration.ts";
import { scoreCatalogueCases, scoreSampledCases } from "./score-cases.ts";

export interface CaseMeasures {
  /** Mean over users of areaUnderCurve. */
  readonly auc: number;
  /** Of each held-out item, in the candidates' order: 1 or 0, and 1 / log2(rank + 1) or 0. */
  readonly hits: Uint8Array;
  readonly gains: Float64Array;
  readonly calibration: CalibrationCounts;
}

/**
 * `masked` for the full catalogue, null for the stored negatives: the protocol of the
 * evaluation that this stands beside.
 */
export async function measureCases(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  options: { readonly k: number; readonly masked: ItemsByUser | null; readonly scoresPerBlock: number },
): Promise<CaseMeasures> {
  const { k, masked, scoresPerBlock } = options;
  const { positives, positiveOffsets, users } = candidates;
  const hits = new Uint8Array(positives.length);
  const gains = new Float64Array(positives.length);
  const calibration = new CalibrationCounts();
  let auc = 0;
  const cases =
    masked === null
      ? scoreSampledCases(scorer, candidates, scoresPerBlock)
      : scoreCatalogueCases(scorer, candidates, { masked, scoresPerBlock });
  for await (const { caseIndex, positiveScores, negativeScores } of cases) {
    auc += areaUnderCurve(positiveScores, negativeScores);
    calibration.add("positive", positiveScores);
    calibration.add("negative", negativeScores);
    for (const [own, rank] of ranksByItem(positiveScores, negativeScores).entries()) {
      const at = positiveOffsets[caseIndex]! + own;
      if (rank > k) continue;
      hits[at] = 1;
      gains[at] = 1 / Math.log2(rank + 1);
    }
  }
  return { auc: auc / users.length, hits, gains, calibration };
}

/**
 * The chance that a random held-out item of the user is scored above a random negative, a tie counting half (Hanley &
 * McNeil 1982; for rankers, Rendle et al. 2009).
 */
export function areaUnderCurve(positiveScores: Float32Array, negativeScores: Float32Array): number {
  let won = 0;
  for (const positive of positiveScores) {
    for (const negative of negativeScores) won += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return won / (positiveScores.length * negativeScores.length);
}

/** Rank from 1 of each held-out item in the common list, in the order given; ties with negatives count against it. */
export function ranksByItem(positiveScores: Float32Array, negativeScores: Float32Array): readonly number[] {
  return Array.from(positiveScores, (score, own) => {
    let rank = 1;
    for (const negative of negativeScores) if (negative >= score) rank++;
    for (const [other, rival] of positiveScores.entries()) {
      if (rival > score || (rival === score && other < own)) rank++;
    }
    return rank;
  });
}

/** Scores of each case's positives and stored negatives, asked in blocks so that memory stays bounded. */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import { DataError } from "../errors.ts";
import type { Scorer } from "../ranker/scorer.ts";

/** The arrays are only good until the next case is asked for. */
export interface ScoredCase {
  /** Position of the case in the candidates. */
  readonly caseIndex: number;
  readonly positiveScores: Float32Array;
  readonly negativeScores: Float32Array;
}

/** Positives and stored negatives of blocks of users, through `scorer.pairs`. */
export async function* scoreSampledCases(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  scoresPerBlock: number,
): AsyncGenerator<ScoredCase> {
  const { users, positiveOffsets, negativeOffsets } = candidates;
  for (let start = 0; start < users.length; ) {
    let end = start;
    let length = 0;
    do length += caseLength(candidates, end++);
    while (end < users.length && length + caseLength(candidates, end) <= scoresPerBlock);

    const pairs = pairsOfCases(candidates, { start, end, length });
    const scores = await scorer.pairs(pairs.users, pairs.items);
    checkScores(scores, length, (row) => ({ user: pairs.users[row]!, item: pairs.items[row]! }));

    let row = 0;
    for (let caseIndex = start; caseIndex < end; caseIndex++) {
      const positivesEnd = row + positiveOffsets[caseIndex + 1]! - positiveOffsets[caseIndex]!;
      const negativesEnd = positivesEnd + negativeOffsets[caseIndex + 1]! - negativeOffsets[caseIndex]!;
      yield {
        caseIndex,
        positiveScores: scores.subarray(row, positivesEnd),
        negativeScores: scores.subarray(positivesEnd, negativesEnd),
      };
      row = negativesEnd;
    }
    start = end;
  }
}

function caseLength({ positiveOffsets, negativeOffsets }: EvaluationCandidates, caseIndex: number): number {
  const positives = positiveOffsets[caseIndex + 1]! - positiveOffsets[caseIndex]!;
  return positives + negativeOffsets[caseIndex + 1]! - negativeOffsets[caseIndex]!;
}

/** Columns of the cases [start, end): each case's positives, then its negatives. */
function pairsOfCases(
  candidates: EvaluationCandidates,
  block: { readonly start: number; readonly end: number; readonly length: number },
): { readonly users: Uint32Array; readonly items: Uint32Array } {
  const { positiveOffsets, negativeOffsets, positives, negatives } = candidates;
  const users = new Uint32Array(block.length);
  const items = new Uint32Array(block.length);
  let row = 0;
  for (let caseIndex = block.start; caseIndex < block.end; caseIndex++) {
    const first = row;
    items.set(positives.subarray(positiveOffsets[caseIndex], positiveOffsets[caseIndex + 1]), row);
    row += positiveOffsets[caseIndex + 1]! - positiveOffsets[caseIndex]!;
    items.set(negatives.subarray(negativeOffsets[caseIndex], negativeOffsets[caseIndex + 1]), row);
    row += negativeOffsets[caseIndex + 1]! - negativeOffsets[caseIndex]!;
    users.fill(candidates.users[caseIndex]!, first, row);
  }
  return { users, items };
}

/** Throws DataError for NaN and for a wrong number of scores. */
export function checkScores(
  scores: Float32Array,
  expected: number,
  pairAt: (index: number) => { readonly user: number; readonly item: number },
): void {
  checkScoreCount(scores, expected);
  for (let index = 0; index < scores.length; index++) {
    if (Number.isNaN(scores[index])) {
      const { user, item } = pairAt(index);
      throw new DataError(
        `evaluation: the score of user index ${user} for item index ${item} is NaN; the ranker has diverged or its file is damaged`,
      );
    }
  }
}

export function checkScoreCount(scores: Float32Array, expected: number): void {
  if (scores.length === expected) return;
  throw new DataError(`evaluation: the scorer gave ${scores.length} scores, expected ${expected}`);
}

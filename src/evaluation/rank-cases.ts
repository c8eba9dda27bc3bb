/** Where each case's positives stand: counted by the scorer where it can, else among the scores of the case. */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { DataError } from "../errors.ts";
import type { ItemLists, Scorer } from "../ranker/scorer.ts";
import { type PositiveRanks, rankByStandings, rankPositives } from "./rank-of-positive.ts";
import { checkScores, type ScoredCase, scoreCatalogueCases, scoreSampledCases } from "./score-cases.ts";

export interface RankedCase {
  /** Position of the case in the candidates. */
  readonly caseIndex: number;
  readonly ranks: PositiveRanks;
}

interface RankingOptions {
  /** Null: against the stored negatives. */
  readonly masked: ItemsByUser | null;
  readonly scoresPerBlock: number;
}

/** The same ranks whether the scorer counts or not. Throws DataError for NaN scores. */
export function rankCases(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  { masked, scoresPerBlock }: RankingOptions,
): AsyncGenerator<RankedCase> {
  if (masked === null) return ranked(scoreSampledCases(scorer, candidates, scoresPerBlock));
  if (canCount(scorer)) return countedCases(scorer, candidates, { masked, scoresPerBlock });
  return ranked(scoreCatalogueCases(scorer, candidates, { masked, scoresPerBlock }));
}

type CountingScorer = Scorer & Required<Pick<Scorer, "standings">>;

function canCount(scorer: Scorer): scorer is CountingScorer {
  return scorer.standings !== undefined;
}

async function* ranked(cases: AsyncGenerator<ScoredCase>): AsyncGenerator<RankedCase> {
  for await (const { caseIndex, positiveScores, negativeScores } of cases) {
    yield { caseIndex, ranks: rankPositives(positiveScores, negativeScores) };
  }
}

async function* countedCases(
  scorer: CountingScorer,
  { users: all, positives, positiveOffsets }: EvaluationCandidates,
  { masked, scoresPerBlock }: RankingOptions & { readonly masked: ItemsByUser },
): AsyncGenerator<RankedCase> {
  const usersPerBlock = Math.max(1, Math.floor(scoresPerBlock / scorer.items));
  for (let start = 0; start < all.length; start += usersPerBlock) {
    const users = all.slice(start, start + usersPerBlock);
    const first = positiveOffsets[start]!;
    const ends = positiveOffsets.subarray(start, start + users.length + 1).map((end) => end - first);
    const items = positives.slice(first, first + ends[users.length]!);
    const standings = await scorer.standings({
      users,
      positives: { offsets: ends, items },
      masked: listsOf(users, masked),
    });
    if (standings === null) return await refuseUnordered(scorer, users);
    for (let row = 0; row < users.length; row++) {
      const [from, to] = [ends[row]!, ends[row + 1]!];
      const own = {
        scores: standings.scores.subarray(from, to),
        above: standings.above.subarray(from, to),
        equal: standings.equal.subarray(from, to),
      };
      yield { caseIndex: start + row, ranks: rankByStandings(own) };
    }
  }
}

/** Throws DataError: the scores say whose is NaN. */
async function refuseUnordered(scorer: Scorer, users: Uint32Array): Promise<never> {
  const { items } = scorer;
  const scores = await scorer.catalogue(users); // [users, items]
  checkScores(scores, users.length * items, (at) => ({ user: users[Math.floor(at / items)]!, item: at % items }));
  throw new DataError("evaluation: the scorer finds a NaN among scores, and none when asked for them");
}

function listsOf(users: Uint32Array, { offsets, itemsSorted }: ItemsByUser): ItemLists {
  const ends = new Uint32Array(users.length + 1);
  for (const [row, user] of users.entries()) ends[row + 1] = ends[row]! + offsets[user + 1]! - offsets[user]!;
  const items = new Uint32Array(ends[users.length]!);
  for (const [row, user] of users.entries()) {
    items.set(itemsSorted.subarray(offsets[user], offsets[user + 1]), ends[row]);
  }
  return { offsets: ends, items };
}

/** A scorer that says how much it has scored, for work that is long because of it. */
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { CandidateProtocol } from "./evaluate-split.ts";

/** The same scores; `scored` is told of so many more after each call. */
export function watchedScorer(scorer: Scorer, scored: (count: number) => void): Scorer {
  const told = <T>(count: number, result: T): T => {
    scored(count);
    return result;
  };
  const { users, items, top, ranks } = scorer;
  return {
    users,
    items,
    pairs: async (pairUsers, pairItems) => told(pairUsers.length, await scorer.pairs(pairUsers, pairItems)),
    catalogue: async (some) => told(some.length * items, await scorer.catalogue(some)),
    ...(top === undefined
      ? {}
      : { top: async (request) => told(request.users.length * items, await top.call(scorer, request)) }),
    ...(ranks === undefined
      ? {}
      : { ranks: async (questions) => told(questions.users.length * items, await ranks.call(scorer, questions)) }),
  };
}

/** Scores that ranking the cases takes: of all items under `full`, else of the candidates. */
export function scoresToRank(
  { users, positives, negatives }: EvaluationCandidates,
  protocol: CandidateProtocol,
  items: number,
): number {
  return protocol === "full" ? users.length * items : positives.length + negatives.length;
}

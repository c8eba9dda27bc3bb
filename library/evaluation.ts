/**
 * `lawn-ranker/evaluation`: ranks and metrics of any scorer on frozen candidates.
 *
 * @module lawn-ranker/evaluation
 */
export {
  type EvaluationOptions,
  type EvaluationResult,
  evaluateRanker,
} from "../src/evaluation/evaluate-ranker.ts";
export { type PositiveRanks, rankPositives } from "../src/evaluation/rank-of-positive.ts";
export {
  averagePrecisionAtK,
  hitRateAtK,
  ndcgAtK,
  precisionAtK,
  recallAtK,
  reciprocalRank,
  reciprocalRankAtK,
} from "../src/evaluation/ranking-metrics.ts";

/**
 * Everything said of a ranker besides its ranking metrics: what its lists look like, whom it serves,
 * whether its scores are honest.
 */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { Interactions, ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { CalibrationResult } from "./calibration.ts";
import { measureCases } from "./case-measures.ts";
import { type ColdnessRow, metricsByColdness } from "./coldness.ts";
import { type DecileRow, metricsByDecile } from "./deciles.ts";
import type { EvaluationResult } from "./evaluate-ranker.ts";
import {
  catalogueCoverage,
  giniIndex,
  intraListDiversity,
  meanPopularity,
  novelty,
  timesRecommended,
} from "./list-measures.ts";
import { recommendationLists } from "./recommendation-lists.ts";

export interface BeyondAccuracyOptions {
  readonly scorer: Scorer;
  readonly candidates: EvaluationCandidates;
  /** Of the same scorer and candidates, with the cut `k`, and with what it was asked for besides. */
  readonly evaluation: EvaluationResult;
  readonly k: number;
  /**
   * What lists leave out: items that the user is known to have. Where the evaluation ranked the full catalogue, what it
   * masked.
   */
  readonly seen: ItemsByUser;
  readonly train: Interactions;
  /** What is known of the evaluated users, by which they are more or less active: train, or what was folded in. */
  readonly histories: Interactions;
  /** By item; null where there are none. */
  readonly features: readonly ReadonlySet<string>[] | null;
  /** Of the training mixture that sigmoid(score) is a probability in; null where it is none. */
  readonly negativesPerPositive: number | null;
}

export interface BeyondAccuracyResult {
  readonly auc: number;
  readonly beyondAccuracy: {
    readonly k: number;
    readonly users: number;
    readonly catalogueCoverage: number;
    readonly gini: number;
    readonly novelty: number;
    readonly meanPopularity: number;
    readonly intraListDiversity: number | null;
  };
  readonly deciles: {
    readonly k: number;
    readonly userActivity: readonly DecileRow[];
    readonly itemPopularity: readonly DecileRow[];
  };
  readonly coldness: {
    readonly k: number;
    /** By the user, and by each held-out item. */
    readonly users: readonly ColdnessRow[];
    readonly items: readonly ColdnessRow[];
  };
  readonly calibration: CalibrationResult | null;
}

const SCORES_PER_BLOCK = 2 ** 20; // 4 MiB

/** One list for each evaluated user: the evaluation's own, or those of another pass over users x items. */
export async function measureBeyondAccuracy(options: BeyondAccuracyOptions): Promise<BeyondAccuracyResult> {
  const { scorer, candidates, evaluation, k, train, histories, features, negativesPerPositive } = options;
  const { counts, calibration, lists: found } = evaluation.counted;
  if (negativesPerPositive !== null && calibration === null) {
    throw new RangeError("measureBeyondAccuracy: the evaluation was not asked for calibration");
  }
  const cases = measureCases(candidates, counts, k);
  const lists =
    found?.k === k
      ? found
      : await recommendationLists(scorer, {
          users: candidates.users,
          k,
          masked: options.seen,
          scoresPerBlock: SCORES_PER_BLOCK,
        });
  const times = timesRecommended(lists, scorer.items);
  const userCounts = countsOf(histories.userColumn, histories.users);
  const itemCounts = countsOf(train.itemColumn, train.items);
  const { metrics } = evaluation.perUser;
  const ofUsers = { HR: metrics[`HR@${k}`]!, NDCG: metrics[`NDCG@${k}`]! };
  const ofItems = {
    counts: candidates.positives.map((item) => itemCounts[item]!),
    HR: cases.hits,
    NDCG: cases.gains,
  };
  const trainedOn = countsOf(train.userColumn, train.users);
  return {
    auc: cases.auc,
    beyondAccuracy: {
      k,
      users: candidates.users.length,
      catalogueCoverage: catalogueCoverage(times),
      gini: giniIndex(times),
      novelty: novelty(lists, itemCounts, train.users),
      meanPopularity: meanPopularity(lists, itemCounts),
      intraListDiversity: features === null ? null : intraListDiversity(lists, features),
    },
    deciles: {
      k,
      userActivity: metricsByDecile({ counts: candidates.users.map((user) => userCounts[user]!), ...ofUsers }),
      itemPopularity: metricsByDecile(ofItems),
    },
    coldness: {
      k,
      users: metricsByColdness({ counts: candidates.users.map((user) => trainedOn[user]!), ...ofUsers }),
      items: metricsByColdness(ofItems),
    },
    calibration: negativesPerPositive === null ? null : (calibration?.result(negativesPerPositive) ?? null),
  };
}

function countsOf(column: Uint32Array, size: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (const index of column) counts[index]!++;
  return counts;
}

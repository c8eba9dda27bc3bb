/**
 * A ranker's answers to fixed questions: every evaluated user's positives ranked against their
 * candidates, then averaged.
 */
import type { EvaluationCandidates } from "../dataset/evaluation-candidates.ts";
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { ConfigError, DataError } from "../errors.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { type Besides, type CountedCases, countCases } from "./case-counts.ts";
import { type PositiveRanks, ranksOfCounts } from "./rank-of-positive.ts";
import { rankingMetrics } from "./ranking-metrics.ts";

export interface EvaluationOptions {
  /** Cuts of the lists, such as [10, 20]; at least one. */
  readonly ks: readonly number[];
  /**
   * Given: the full protocol. Each user's positives are ranked against every item but those positives and the user's
   * `masked` items; stored negatives are not looked at. Absent: the sampled protocol, against the stored negatives.
   */
  readonly masked?: ItemsByUser;
  /** What measureBeyondAccuracy will want to know, found on the way; absent: nothing. */
  readonly besides?: Besides;
  /**
   * Bound on the scores held at once, 2^20 unless told; at least one user is scored at a time.
   * Results do not depend on it.
   */
  readonly scoresPerBlock?: number;
}

export interface EvaluationResult {
  readonly users: number;
  readonly positives: number;
  /** Share of positives whose score at least one negative has too; above 0.01 or so, ask why. */
  readonly tieRate: number;
  /** Means over users, by name: "HR@10", "NDCG@10", ..., "MRR". Ties count against the positive. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly perUser: PerUserResults;
  /** What all of this was made of, for measureBeyondAccuracy. */
  readonly counted: CountedCases;
}

/** One row per evaluated user, in the candidates' order: what paired tests between rankers need. */
export interface PerUserResults {
  readonly users: Uint32Array;
  /** How many positives the user has. */
  readonly positives: Uint32Array;
  /** Rank of the best placed positive, ties against it. */
  readonly ranks: Uint32Array;
  /** The same with ties in its favour, and broken at random. */
  readonly optimisticRanks: Uint32Array;
  readonly expectedRanks: Float32Array;
  /** By metric name; rounded to float32, while the means above were taken before rounding. */
  readonly metrics: Readonly<Record<string, Float32Array>>;
}

const SCORES_PER_BLOCK = 2 ** 20; // 4 MiB of scores, and as much again for each column of pairs

/** Throws DataError for NaN scores, for candidates out of the scorer's range and where there is nothing to rank. */
export async function evaluateRanker(
  scorer: Scorer,
  candidates: EvaluationCandidates,
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const metrics = rankingMetrics(options.ks);
  checkCandidates(scorer, candidates, options.masked);
  checkCutsMatter(scorer, candidates, options);

  const count = candidates.users.length;
  const perUser = {
    users: candidates.users,
    positives: new Uint32Array(count),
    ranks: new Uint32Array(count),
    optimisticRanks: new Uint32Array(count),
    expectedRanks: new Float32Array(count),
    metrics: Object.fromEntries(metrics.map(({ name }) => [name, new Float32Array(count)])),
  };
  const sums = new Float64Array(metrics.length);
  let positives = 0;
  let tied = 0;

  const record = (caseIndex: number, ranks: PositiveRanks): void => {
    perUser.positives[caseIndex] = ranks.pessimistic.length;
    perUser.ranks[caseIndex] = ranks.pessimistic[0]!;
    perUser.optimisticRanks[caseIndex] = ranks.optimistic[0]!;
    perUser.expectedRanks[caseIndex] = ranks.expected[0]!;
    positives += ranks.pessimistic.length;
    tied += ranks.tied;
    for (const [index, metric] of metrics.entries()) {
      const value = metric.of(ranks.pessimistic);
      sums[index]! += value;
      perUser.metrics[metric.name]![caseIndex] = value;
    }
  };

  const counted = await countCases(scorer, candidates, {
    masked: options.masked ?? null,
    besides: options.besides ?? null,
    scoresPerBlock: options.scoresPerBlock ?? SCORES_PER_BLOCK,
  });
  const { scores, atLeast, above } = counted.counts;
  for (let caseIndex = 0; caseIndex < count; caseIndex++) {
    const own = [candidates.positiveOffsets[caseIndex]!, candidates.positiveOffsets[caseIndex + 1]!] as const;
    const counts = { atLeast: atLeast.subarray(...own), above: above.subarray(...own) };
    record(caseIndex, ranksOfCounts(scores.subarray(...own), counts));
  }
  const means = Object.fromEntries(metrics.map(({ name }, index) => [name, sums[index]! / count]));
  return { users: count, positives, tieRate: tied / positives, metrics: means, perUser, counted };
}

function checkCandidates(scorer: Scorer, candidates: EvaluationCandidates, masked: ItemsByUser | undefined): void {
  const { split, users, positiveOffsets, positives, negativeOffsets, negatives } = candidates;
  if (users.length === 0)
    throw new DataError(`evaluation: the ${split} split has no users, so there is nothing to rank`);
  if (masked !== undefined && masked.offsets.length !== scorer.users + 1) {
    throw new DataError(
      `evaluation: masked items are of ${masked.offsets.length - 1} users, but the ranker knows ${scorer.users}`,
    );
  }
  for (let caseIndex = 0; caseIndex < users.length; caseIndex++) {
    const user = users[caseIndex]!;
    if (user >= scorer.users) {
      throw new DataError(
        `evaluation: user index ${user} of ${split} is unknown to the ranker, which has ${scorer.users} users`,
      );
    }
    if (positiveOffsets[caseIndex] === positiveOffsets[caseIndex + 1]) {
      throw new DataError(`evaluation: user index ${user} of ${split} has no positive item to rank`);
    }
    if (masked === undefined && negativeOffsets[caseIndex] === negativeOffsets[caseIndex + 1]) {
      throw new DataError(
        `evaluation: user index ${user} of ${split} has no negatives to rank against; use the full catalogue (--candidates full)`,
      );
    }
  }
  for (const item of positives) checkItem(scorer, split, item);
  if (masked === undefined) for (const item of negatives) checkItem(scorer, split, item);
}

function checkItem(scorer: Scorer, split: string, item: number): void {
  if (item >= scorer.items) {
    throw new DataError(
      `evaluation: item index ${item} of ${split} is unknown to the ranker, which has ${scorer.items} items`,
    );
  }
}

/** A cut that takes in the longest list makes every ranker look perfect. */
function checkCutsMatter(scorer: Scorer, candidates: EvaluationCandidates, options: EvaluationOptions): void {
  let longest = 0;
  for (let caseIndex = 0; caseIndex < candidates.users.length; caseIndex++) {
    longest = Math.max(longest, listLength(scorer, candidates, options.masked, caseIndex));
  }
  const idle = options.ks.filter((k) => k >= longest);
  if (idle.length > 0) {
    throw new ConfigError(
      `k is ${idle.join(", ")}, but no user ranks more than ${longest} items, so any ranker would hit; expected below ${longest}`,
    );
  }
}

/** Items that a case ranks: its positives, and its stored negatives or the catalogue without masked items. */
function listLength(
  { items }: Scorer,
  { users, positiveOffsets, positives, negativeOffsets }: EvaluationCandidates,
  masked: ItemsByUser | undefined,
  caseIndex: number,
): number {
  const own = positives.subarray(positiveOffsets[caseIndex], positiveOffsets[caseIndex + 1]);
  if (masked === undefined) return own.length + negativeOffsets[caseIndex + 1]! - negativeOffsets[caseIndex]!;
  const user = users[caseIndex]!;
  const seen = masked.itemsSorted.subarray(masked.offsets[user], masked.offsets[user + 1]);
  // A positive is ranked even where it is masked.
  return items - seen.length + own.reduce((count, item) => count + (seen.includes(item) ? 1 : 0), 0);
}

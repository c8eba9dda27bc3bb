/**
 * What a user's ranks are worth. Every function takes the ascending ranks (from 1, distinct, at least one) of all of
 * one user's positives in one list, and gives a number in [0, 1]; the metric of a ranker is the mean over users.
 */
import { type MetricKind, metricKinds, type WholeListMetric, wholeListMetrics } from "../config/metric-names.ts";
import { ConfigError } from "../errors.ts";

type Ranks = ArrayLike<number>;

/** Hit rate, HR@k: 1 when any positive stands in the first k (He et al. 2017 with one positive; "hit ratio"). */
export function hitRateAtK(ranks: Ranks, k: number): number {
  return ranks[0]! <= k ? 1 : 0;
}

/**
 * NDCG@k (Järvelin & Kekäläinen 2002, binary gains, discount 1 / log2(rank + 1)): divided by the best possible DCG@k,
 * which has min(k, positives) hits. With one positive it is 1 / log2(rank + 1) inside the first k, else 0.
 */
export function ndcgAtK(ranks: Ranks, k: number): number {
  let gain = 0;
  let ideal = 0;
  for (let position = 0; position < ranks.length && position < k; position++) {
    ideal += 1 / Math.log2(position + 2);
    if (ranks[position]! <= k) gain += 1 / Math.log2(ranks[position]! + 1);
  }
  return gain / ideal;
}

/** Reciprocal rank of the best placed positive, without a cut (Voorhees 1999); its mean over users is MRR. */
export function reciprocalRank(ranks: Ranks): number {
  return 1 / ranks[0]!;
}

/** MRR@k: the reciprocal rank, counted as 0 beyond the first k. */
export function reciprocalRankAtK(ranks: Ranks, k: number): number {
  return ranks[0]! <= k ? 1 / ranks[0]! : 0;
}

/** Share of the user's positives that stand in the first k. Cannot reach 1 where positives outnumber k. */
export function recallAtK(ranks: Ranks, k: number): number {
  return hits(ranks, k) / ranks.length;
}

/** Share of the first k positions that hold a positive; the divisor is k even where the list is shorter. */
export function precisionAtK(ranks: Ranks, k: number): number {
  return hits(ranks, k) / k;
}

/**
 * Average precision@k: the precision at each positive inside the first k, summed and divided by min(k, positives),
 * so that a perfect list gives 1 (the variant of the Kaggle and RecSys challenges; Manning et al. 2008, section
 * 8.4, divides by positives).
 */
export function averagePrecisionAtK(ranks: Ranks, k: number): number {
  let sum = 0;
  for (let position = 0; position < ranks.length && ranks[position]! <= k; position++)
    sum += (position + 1) / ranks[position]!;
  return sum / Math.min(k, ranks.length);
}

/** A metric by the name that files, logs and tables carry, such as "NDCG@10". */
export interface RankingMetric {
  readonly name: string;
  readonly of: (ranks: Ranks) => number;
}

/** The formula of every name in metric-names.ts. */
const atCut: Readonly<Record<MetricKind, (ranks: Ranks, k: number) => number>> = {
  HR: hitRateAtK,
  NDCG: ndcgAtK,
  MRR: reciprocalRankAtK,
  Recall: recallAtK,
  Precision: precisionAtK,
  MAP: averagePrecisionAtK,
};

const ofWholeList: Readonly<Record<WholeListMetric, (ranks: Ranks) => number>> = { MRR: reciprocalRank };

/**
 * Every metric at each of `ks`, in the order of `ks`, then those of the whole list ("MRR"). Throws ConfigError for a k
 * that is no whole number from 1.
 */
export function rankingMetrics(ks: readonly number[]): readonly RankingMetric[] {
  if (ks.length === 0) throw new ConfigError("k is empty, expected at least one cut such as 10");
  for (const k of ks) {
    if (!Number.isSafeInteger(k) || k < 1) throw new ConfigError(`k is ${k}, expected a whole number of at least 1`);
  }
  const metrics = [...new Set(ks)].flatMap((k) =>
    metricKinds.map((kind): RankingMetric => ({ name: `${kind}@${k}`, of: (ranks) => atCut[kind](ranks, k) })),
  );
  return [...metrics, ...wholeListMetrics.map((name): RankingMetric => ({ name, of: ofWholeList[name] }))];
}

function hits(ranks: Ranks, k: number): number {
  let count = 0;
  while (count < ranks.length && ranks[count]! <= k) count++;
  return count;
}

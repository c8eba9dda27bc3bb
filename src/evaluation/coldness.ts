/** What a ranker is worth where training has seen much, little or nothing of whoever, or whatever, a case is about. */

export const coldnessNames = ["never", "seldom", "often"] as const;
export type Coldness = (typeof coldnessNames)[number];

/** Rows in train from which on an id is seen often. */
export const SEEN_OFTEN_FROM = 10;

export interface ColdnessRow {
  /** Seen by training never, in fewer than SEEN_OFTEN_FROM rows, or in as many at least. */
  readonly seen: Coldness;
  readonly cases: number;
  /** Means over the group. */
  readonly HR: number;
  readonly NDCG: number;
}

export function coldnessOf(trainRows: number): Coldness {
  if (trainRows === 0) return "never";
  return trainRows < SEEN_OFTEN_FROM ? "seldom" : "often";
}

/** Groups without cases are left out. All arrays have one value a case; `counts` are rows in train. */
export function metricsByColdness(cases: {
  readonly counts: ArrayLike<number>;
  readonly HR: ArrayLike<number>;
  readonly NDCG: ArrayLike<number>;
}): readonly ColdnessRow[] {
  return coldnessNames.flatMap((seen) => {
    let [count, hits, gain] = [0, 0, 0];
    for (let index = 0; index < cases.counts.length; index++) {
      if (coldnessOf(cases.counts[index]!) !== seen) continue;
      count++;
      hits += cases.HR[index]!;
      gain += cases.NDCG[index]!;
    }
    return count === 0 ? [] : [{ seen, cases: count, HR: hits / count, NDCG: gain / count }];
  });
}

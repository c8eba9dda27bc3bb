/** Tenths of people or items by how much is known of them, and what a ranker is worth in each. */

/**
 * 1 (the lowest tenth) to 10 of each value. Equal values share the decile of the middle of their positions, so that no
 * order among equals is made up; groups then differ in size, and some may be empty.
 */
export function decilesOf(values: ArrayLike<number>): Uint8Array {
  const count = values.length;
  const ascending = Float64Array.from(values).sort();
  const deciles = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const below = firstIndex(ascending, (value) => value >= values[index]!);
    const end = firstIndex(ascending, (value) => value > values[index]!);
    deciles[index] = 1 + Math.floor((10 * (below + end)) / (2 * count));
  }
  return deciles;
}

/** One group of cases: `counts` are the train interactions of whoever the case is about. */
export interface DecileRow {
  readonly decile: number;
  readonly cases: number;
  /** Least and most train interactions in the group. */
  readonly trainFrom: number;
  readonly trainTo: number;
  /** Means over the group. */
  readonly HR: number;
  readonly NDCG: number;
}

/** Groups without cases are left out. All arrays have one value a case. */
export function metricsByDecile(cases: {
  readonly counts: ArrayLike<number>;
  readonly HR: ArrayLike<number>;
  readonly NDCG: ArrayLike<number>;
}): readonly DecileRow[] {
  const deciles = decilesOf(cases.counts);
  const rows: DecileRow[] = [];
  for (let decile = 1; decile <= 10; decile++) {
    let count = 0;
    let trainFrom = Number.POSITIVE_INFINITY;
    let trainTo = 0;
    let hits = 0;
    let gain = 0;
    for (let index = 0; index < deciles.length; index++) {
      if (deciles[index] !== decile) continue;
      count++;
      trainFrom = Math.min(trainFrom, cases.counts[index]!);
      trainTo = Math.max(trainTo, cases.counts[index]!);
      hits += cases.HR[index]!;
      gain += cases.NDCG[index]!;
    }
    if (count > 0) rows.push({ decile, cases: count, trainFrom, trainTo, HR: hits / count, NDCG: gain / count });
  }
  return rows;
}

/** By bisection: `isReached` is false up to some index and true from there. */
function firstIndex(ascending: Float64Array, isReached: (value: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(ascending[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Counts of values in the buckets that TensorBoard's own writers use: bounds that grow by a tenth from
 * 1e-12, on both sides of zero.
 */

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper bounds, ascending; bucket k holds what is below limits[k] and not below limits[k - 1]. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

const SMALLEST = 1e-12;
const LARGEST = 1e20;
const GROWTH = 1.1;

const positiveLimits: readonly number[] = (() => {
  const limits: number[] = [];
  for (let limit = SMALLEST; limit < LARGEST; limit *= GROWTH) limits.push(limit);
  return [...limits, Number.MAX_VALUE];
})();
const allLimits: readonly number[] = [...positiveLimits.map((limit) => -limit).reverse(), 0, ...positiveLimits];

/**
 * Values that are not finite are left out; null where none is left. Empty buckets before the first and behind
 * the last filled one are cut.
 */
export function histogramOf(values: ArrayLike<number>): Histogram | null {
  const counts = new Float64Array(allLimits.length);
  let [min, max, count, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    counts[bucketOf(value)]!++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count++;
    sum += value;
    sumOfSquares += value * value;
  }
  if (count === 0) return null;
  const first = Math.max(0, bucketOf(min) - 1);
  const end = bucketOf(max) + 1;
  return {
    min,
    max,
    count,
    sum,
    sumOfSquares,
    limits: allLimits.slice(first, end),
    counts: [...counts.subarray(first, end)],
  };
}

/** The first bucket whose limit is above `value`. */
function bucketOf(value: number): number {
  let low = 0;
  let high = allLimits.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (allLimits[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

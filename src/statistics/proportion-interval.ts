/**
 * The interval of a share of successes that holds for few trials too: Wilson's score interval (Wilson 1927),
 * without continuity correction.
 */
import { twoSidedQuantile } from "./normal.ts";

export function wilsonInterval(
  { successes, of }: { readonly successes: number; readonly of: number },
  level = 0.95,
): { readonly low: number; readonly high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const z = twoSidedQuantile(1 - level);
  const share = successes / of;
  const center = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return {
    low: successes === 0 ? 0 : Math.max(0, center - half),
    high: successes === of ? 1 : Math.min(1, center + half),
  };
}

/** An estimated difference with its interval, in words. */
import type { Estimate } from "./baselines-record.ts";

/** Such as "+0.0123 (+0.0051 to +0.0195)". */
export function leadText({ value, low, high }: Estimate): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

/** Such as "+0.0123". */
export function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
}

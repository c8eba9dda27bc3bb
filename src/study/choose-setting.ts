/** Which of an arm's tuning trials goes on to the fresh seeds: validation alone decides. */
import type { TrialRecord } from "../runs/trial-record.ts";

/** The best validation value; ties keep the earlier trial. Null where every trial diverged. */
export function chooseSetting(tuning: readonly TrialRecord[], metric: string): TrialRecord | null {
  let best: TrialRecord | null = null;
  for (const record of [...tuning].sort((a, b) => a.index - b.index)) {
    const value = record.validation?.[metric];
    if (value !== undefined && (best === null || value > best.validation![metric]!)) best = record;
  }
  return best;
}

/** How much is luck in tuning: independent searches of one arm end at different settings, so at different values. */
import { max, mean, min } from "simple-statistics";
import type { CellEvidence } from "./study-evidence.ts";

/**
 * Of the cells of one subject at one batch size: the largest distance, over arms, between independent searches of one
 * arm in the mean over seeds of a test metric. Null where no arm was searched more than once and finished.
 */
export function tuningLuck(cells: readonly CellEvidence[], metric: string): number | null {
  const searches = new Map<string, number[]>();
  for (const { cell, outcomes } of cells) {
    if (outcomes.length === 0) continue;
    const original = cell.arm.searchOf ?? cell.arm.name;
    // An outcome has met the test split.
    const value = mean(outcomes.map(({ record }) => record.test!.metrics[metric]!));
    searches.set(original, [...(searches.get(original) ?? []), value]);
  }
  const ranges = [...searches.values()]
    .filter((values) => values.length > 1)
    .map((values) => max(values) - min(values));
  return ranges.length === 0 ? null : max(ranges);
}

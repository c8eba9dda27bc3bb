/**
 * Two moments cut the whole log: before the first is train, up to the second validation, the rest test.
 * Nothing leaks from the future.
 */
import { ConfigError } from "../../errors.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { SPLIT_PART, type SplitRows } from "./split.ts";

/** Both cut-offs as moments, or as the shares of rows that should come after them. */
export type TimeCut =
  | { readonly kind: "moments"; readonly validationFromMs: number; readonly testFromMs: number }
  | { readonly kind: "shares"; readonly validationShare: number; readonly testShare: number };

export function splitByTime(log: InteractionLog, kept: KeptRows, cut: TimeCut): SplitRows {
  const { timesMs } = log;
  if (timesMs === null) throw new ConfigError("split time needs times in the log: set --time-column");
  const { validationFromMs, testFromMs } = cut.kind === "moments" ? cut : momentsOfShares(timesMs, kept, cut);
  if (!(validationFromMs < testFromMs)) {
    throw new ConfigError(
      `split time: validation would begin at ${isoText(validationFromMs)} and test at ${isoText(testFromMs)}, expected validation first; too many rows share one time, or the moments are in the wrong order`,
    );
  }
  const parts = new Uint8Array(log.rows);
  for (let row = 0; row < log.rows; row++) {
    if (kept[row] === 0) continue;
    const time = timesMs[row]!;
    parts[row] =
      time < validationFromMs ? SPLIT_PART.train : time < testFromMs ? SPLIT_PART.validation : SPLIT_PART.test;
  }
  return {
    parts,
    rule: `train before ${isoText(validationFromMs)}, validation before ${isoText(testFromMs)}, then test`,
    counts: { validationFromMs, testFromMs },
    warnings: [],
  };
}

/** Rows of equal time always fall on the same side, so the shares are met only as nearly as the times allow. */
function momentsOfShares(
  timesMs: Float64Array,
  kept: KeptRows,
  { validationShare, testShare }: { readonly validationShare: number; readonly testShare: number },
): { validationFromMs: number; testFromMs: number } {
  const sorted = timesMs.filter((_, row) => kept[row] === 1).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.round(sorted.length * share))] ?? 0;
  return { validationFromMs: at(1 - validationShare - testShare), testFromMs: at(1 - testShare) };
}

/** A moment as ISO 8601, or as milliseconds where dates do not reach. */
function isoText(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : `${milliseconds} ms`;
}

/** Explicit ratings as implicit feedback: rows below a threshold are not counted as liking. */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

/** Clears rows rated below `least` and returns their number. Throws RangeError when the log has no ratings. */
export function dropLowRatingsInPlace(log: InteractionLog, kept: KeptRows, least: number): number {
  const { ratings } = log;
  if (ratings === null) throw new RangeError("dropLowRatingsInPlace: the log has no ratings");
  // Ratings are stored in float32, so the threshold must be too: 4.1 >= 4.1 would fail otherwise.
  const threshold = Math.fround(least);
  let dropped = 0;
  for (let row = 0; row < log.rows; row++) {
    if (kept[row] === 1 && ratings[row]! < threshold) {
      kept[row] = 0;
      dropped++;
    }
  }
  return dropped;
}

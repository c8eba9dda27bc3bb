/** Repeated pairs: a user who met an item twice keeps the newest row, the oldest, or both. */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

export type DuplicateRule = "last" | "first" | "keep";

/**
 * Clears the rows that `rule` gives up in `kept` and returns their number. Rows of different
 * parts never repeat each other.
 */
export function dropRepeatsInPlace(log: InteractionLog, kept: KeptRows, rule: Exclude<DuplicateRule, "keep">): number {
  // For each item the last user (and part) seen with it: one pass, no sets. Codes start at 1, so 0 means none yet.
  const seenBy = new Float64Array(log.items);
  let dropped = 0;
  for (const part of partsOf(log)) {
    seenBy.fill(0);
    for (let user = 0; user < log.users; user++) {
      const start = log.userOffsets[user]!;
      const end = log.userOffsets[user + 1]!;
      for (let k = 0; k < end - start; k++) {
        const row = rule === "first" ? start + k : end - 1 - k;
        if (kept[row] === 0 || (log.parts !== null && log.parts[row] !== part)) continue;
        const item = log.itemColumn[row]!;
        if (seenBy[item] === user + 1) {
          kept[row] = 0;
          dropped++;
        } else seenBy[item] = user + 1;
      }
    }
  }
  return dropped;
}

function partsOf(log: InteractionLog): number[] {
  return log.parts === null ? [0] : [...new Set(log.parts)];
}

/** Repeated pairs: a user who met an item twice keeps the newest row, the oldest, both, or the newest with the sum. */
import { DataError } from "../../errors.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

export type DuplicateRule = "last" | "first" | "keep" | "sum";

/**
 * Clears the rows that `rule` gives up in `kept` and returns their number. Rows of different parts never repeat each
 * other. Under `sum` the newest row stays; `sumRepeats` has its weight.
 */
export function dropRepeatsInPlace(log: InteractionLog, kept: KeptRows, rule: Exclude<DuplicateRule, "keep">): number {
  let dropped = 0;
  forEachRepeat(log, kept, rule === "first", (row) => {
    kept[row] = 0;
    dropped++;
  });
  return dropped;
}

/**
 * [rows] the weights of a log whose repeats are about to be dropped: of each pair's newest row, the sum over its kept
 * rows, which weigh 1 each in a log without weights. Added up in float64. Throws DataError beyond float32.
 */
export function sumRepeats(log: InteractionLog, kept: KeptRows): Float32Array {
  const sums = log.weights === null ? new Float64Array(log.rows).fill(1) : Float64Array.from(log.weights);
  forEachRepeat(log, kept, false, (row, staying) => {
    sums[staying]! += sums[row]!;
  });
  const weights = Float32Array.from(sums);
  if (weights.includes(Number.POSITIVE_INFINITY)) {
    throw new DataError("--duplicates sum: the weights of a pair add up to more than a float32 holds; scale them down");
  }
  return weights;
}

/** `visit` is called for each kept row whose pair has a row before it in the order of the walk, with the first such. */
function forEachRepeat(
  log: InteractionLog,
  kept: KeptRows,
  isOldestFirst: boolean,
  visit: (row: number, staying: number) => void,
): void {
  // For each item the last user seen with it, and the row: one pass, no sets. Codes start at 1, so 0 means none yet.
  const seenBy = new Uint32Array(log.items);
  const rowOf = new Uint32Array(log.items);
  for (const part of partsOf(log)) {
    seenBy.fill(0);
    for (let user = 0; user < log.users; user++) {
      const start = log.userOffsets[user]!;
      const end = log.userOffsets[user + 1]!;
      for (let k = 0; k < end - start; k++) {
        const row = isOldestFirst ? start + k : end - 1 - k;
        if (kept[row] === 0 || (log.parts !== null && log.parts[row] !== part)) continue;
        const item = log.itemColumn[row]!;
        if (seenBy[item] === user + 1) visit(row, rowOf[item]!);
        else {
          seenBy[item] = user + 1;
          rowOf[item] = row;
        }
      }
    }
  }
}

function partsOf(log: InteractionLog): number[] {
  return log.parts === null ? [0] : [...new Set(log.parts)];
}

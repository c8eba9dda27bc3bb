/** Rows of weight 0: their users are known to have met the items, but there is nothing to train on. */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

/** Clears rows of weight 0 and returns their number; none in a log without weights. */
export function dropWeightlessInPlace({ rows, weights }: InteractionLog, kept: KeptRows): number {
  if (weights === null) return 0;
  let dropped = 0;
  for (let row = 0; row < rows; row++) {
    if (kept[row] === 1 && weights[row] === 0) {
      kept[row] = 0;
      dropped++;
    }
  }
  return dropped;
}

/**
 * k-core: users and items with too few interactions leave, which may take others below the line, until nothing changes.
 */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

export interface FrequencyFloor {
  readonly minUserInteractions: number;
  readonly minItemInteractions: number;
}

export interface FrequencyResult {
  readonly dropped: number;
  /** Rounds in which something was dropped. */
  readonly rounds: number;
}

/** Clears the rows outside the largest part of the log in which every user and item reaches its floor. */
export function keepFrequentInPlace(log: InteractionLog, kept: KeptRows, floor: FrequencyFloor): FrequencyResult {
  const userCounts = new Uint32Array(log.users);
  const itemCounts = new Uint32Array(log.items);
  forEachKept(log, kept, (user, item) => {
    userCounts[user]!++;
    itemCounts[item]!++;
  });
  let dropped = 0;
  for (let rounds = 0; ; rounds++) {
    let droppedNow = 0;
    forEachKept(log, kept, (user, item, row) => {
      // Counts fall within the round: the fixed point is the same in any order, and fewer rounds are needed.
      if (userCounts[user]! >= floor.minUserInteractions && itemCounts[item]! >= floor.minItemInteractions) return;
      kept[row] = 0;
      userCounts[user]!--;
      itemCounts[item]!--;
      droppedNow++;
    });
    if (droppedNow === 0) return { dropped, rounds };
    dropped += droppedNow;
  }
}

function forEachKept(
  log: InteractionLog,
  kept: KeptRows,
  visit: (user: number, item: number, row: number) => void,
): void {
  for (let user = 0; user < log.users; user++) {
    for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) {
      if (kept[row] === 1) visit(user, log.itemColumn[row]!, row);
    }
  }
}

/** What a split asks about items of which training knows nothing. */
import type { InteractionLog } from "../interaction-log.ts";
import { SPLIT_PART } from "./split.ts";

/** Rows of validation and of test whose item has no row in train. They are ranked all the same. */
export interface ColdItems {
  readonly validationRows: number;
  readonly testRows: number;
}

export function findColdItems(log: InteractionLog, parts: Uint8Array): ColdItems {
  const isTrained = new Uint8Array(log.items);
  for (let row = 0; row < log.rows; row++) if (parts[row] === SPLIT_PART.train) isTrained[log.itemColumn[row]!] = 1;
  const rowsOf = (part: number): number => {
    let rows = 0;
    for (let row = 0; row < log.rows; row++) if (parts[row] === part && isTrained[log.itemColumn[row]!] === 0) rows++;
    return rows;
  };
  return { validationRows: rowsOf(SPLIT_PART.validation), testRows: rowsOf(SPLIT_PART.test) };
}

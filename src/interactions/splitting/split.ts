/** What every split returns: for each row the part it goes to. Shared by the split-*.ts files. */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";

/** A profile is what a user who is held out of training is known by; see split-by-users.ts. */
export const SPLIT_PART = { none: 0, train: 1, validation: 2, test: 3, profile: 4 } as const;

export interface SplitRows {
  /** [rows] SPLIT_PART of each row; none for rows that cleaning took out or that the split leaves out. */
  readonly parts: Uint8Array;
  /** In words, for dataset.json and the report, such as "the newest row of each user is test". */
  readonly rule: string;
  /** Numbers worth reporting, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** Rows of one user that are still in the log, oldest first, into `out`; returns how many. */
export function keptRowsOfUser(log: InteractionLog, kept: KeptRows, user: number, out: number[]): number {
  out.length = 0;
  for (let row = log.userOffsets[user]!; row < log.userOffsets[user + 1]!; row++) if (kept[row] === 1) out.push(row);
  return out.length;
}

/**
 * Leave-last-out (He et al. 2017, section 4.1): each user's newest row is test, the one before it
 * validation, the rest train.
 */
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { keptRowsOfUser, SPLIT_PART, type SplitRows } from "./split.ts";

/**
 * Fewer rows than this leave a user nothing to learn from, so all of them go to train and the user is not evaluated.
 */
const LEAST_ROWS_TO_EVALUATE = 3;

/** Beyond this share of users, equal times are worth a warning: the log is coarser than the split needs. */
const MANY = 0.5;

export function splitLeaveLastOut(log: InteractionLog, kept: KeptRows): SplitRows {
  const parts = new Uint8Array(log.rows);
  const rows: number[] = [];
  let tooShort = 0;
  let evaluated = 0;
  let decidedByRowOrder = 0;
  for (let user = 0; user < log.users; user++) {
    const count = keptRowsOfUser(log, kept, user, rows);
    for (const row of rows) parts[row] = SPLIT_PART.train;
    if (count >= LEAST_ROWS_TO_EVALUATE) {
      parts[rows[count - 1]!] = SPLIT_PART.test;
      parts[rows[count - 2]!] = SPLIT_PART.validation;
      evaluated++;
      if (hasTie(log, rows)) decidedByRowOrder++;
    } else if (count > 0) tooShort++;
  }
  return {
    parts,
    rule: `the newest row of each user is test, the one before it validation; users with fewer than ${LEAST_ROWS_TO_EVALUATE} rows are train only`,
    counts: { usersTooShortToEvaluate: tooShort, usersDecidedByRowOrder: decidedByRowOrder },
    warnings:
      decidedByRowOrder > evaluated * MANY
        ? [
            `for ${decidedByRowOrder} of ${evaluated} users the newest rows share one time, so the order of the files' rows chose among them; finer times, or --split ratio, would not leave it to that`,
          ]
        : [],
  };
}

/** Whether the rows on either side of a cut have one time. */
function hasTie({ timesMs }: InteractionLog, rows: readonly number[]): boolean {
  if (timesMs === null) return false;
  const [train, validation, test] = rows.slice(-LEAST_ROWS_TO_EVALUATE).map((row) => timesMs[row]);
  return train === validation || validation === test;
}

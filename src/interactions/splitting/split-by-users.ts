/**
 * Strong generalisation (Marlin 2004; Liang et al. 2018): some users are held out of training altogether, for
 * validation and for test. Each one's rows are parted into a profile, which is folded in, and positives, which are to
 * be found.
 */
import { foldIn, makePermutation, permute, streamKey } from "../../random.ts";
import type { InteractionLog, KeptRows } from "../interaction-log.ts";
import { keptRowsOfUser, SPLIT_PART, type SplitRows } from "./split.ts";

export interface UsersCut {
  /** Of the users who can be held out: so many for validation, and as many for test. */
  readonly share: number;
  /** Of a held-out user's rows, the positives: the newest one, or a share drawn by seed, one at least. */
  readonly positives: "newest" | number;
  readonly seed: number;
}

/** Fewer rows leave too little to fold in; such users are trained on. */
const LEAST_ROWS_TO_HOLD_OUT = 3;

export function splitByUsers(log: InteractionLog, kept: KeptRows, cut: UsersCut): SplitRows {
  const { share, positives, seed } = cut;
  const parts = new Uint8Array(log.rows);
  const rows: number[] = [];
  const eligible: number[] = [];
  for (let user = 0; user < log.users; user++) {
    if (keptRowsOfUser(log, kept, user, rows) >= LEAST_ROWS_TO_HOLD_OUT) eligible.push(user);
    for (const row of rows) parts[row] = SPLIT_PART.train;
  }
  const heldOut = Math.round(share * eligible.length);
  const order = makePermutation(streamKey(seed, "split-by-users"), Math.max(1, eligible.length));
  const rowsKey = streamKey(seed, "positives-of-held-out-users");
  for (let position = 0; position < Math.min(2 * heldOut, eligible.length); position++) {
    const user = eligible[permute(order, position)]!;
    const part = position < heldOut ? SPLIT_PART.test : SPLIT_PART.validation;
    const count = keptRowsOfUser(log, kept, user, rows);
    const found = positives === "newest" ? 1 : Math.max(1, Math.min(count - 1, Math.round(positives * count)));
    const rowOrder = makePermutation(foldIn(rowsKey, user), count);
    for (let k = 0; k < count; k++) {
      // The newest row is the last one.
      const row = rows[positives === "newest" ? count - 1 - k : permute(rowOrder, k)]!;
      parts[row] = k < found ? part : SPLIT_PART.profile;
    }
  }
  const what = positives === "newest" ? "the newest row is" : `${positives} of the rows, drawn by seed ${seed}, are`;
  return {
    parts,
    rule: `${heldOut} users drawn by seed ${seed} are held out for test and ${heldOut} for validation; of each, ${what} to be found and the rest is folded in`,
    counts: { heldOutUsers: 2 * heldOut, usersTooShortToHoldOut: log.users - eligible.length },
    warnings: [],
  };
}

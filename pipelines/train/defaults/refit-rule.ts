/** The rule for defaults of lists: whether the ranker that ships learns from validation's rows too. */
import type { ChosenSetting } from "../../stage.ts";

/** Rows of validation, as a share of train's, from which on there is a refit. */
const REFIT_SHARE = 0.05;

export interface RefitLog {
  readonly rows: number;
  readonly validationRows: number;
  /** Whether items are held out of training: a refit on validation would train on them. */
  readonly holdsOutItems: boolean;
}

/** Where validation holds many of the rows, they are worth learning from. */
export function refitFor({ rows, validationRows, holdsOutItems }: RefitLog): readonly ChosenSetting[] {
  const share = validationRows / rows;
  if (holdsOutItems || share < REFIT_SHARE) return [];
  const reason = `validation holds ${Math.round(100 * share)} % as many rows as train`;
  return [{ path: ["refit"], value: true, reason }];
}

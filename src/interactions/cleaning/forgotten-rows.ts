/** Rows that filters leave out are unknown to all that follows, although their users have met those items. */
import type { CleaningStep } from "./clean-log.ts";

const FILTERS: Readonly<Record<string, string>> = { "not-wanted": "--where", "low-ratings": "--min-rating" };

/** Null where no filter left anything out. Rows are counted, repeats of a pair among them. */
export function forgottenWarning(steps: readonly CleaningStep[]): string | null {
  const filtered = steps.filter(({ step, rowsBefore, rowsAfter }) => step in FILTERS && rowsAfter < rowsBefore);
  if (filtered.length === 0) return null;
  const rows = filtered.reduce((sum, { rowsBefore, rowsAfter }) => sum + rowsBefore - rowsAfter, 0);
  const filters = filtered.map(({ step }) => FILTERS[step]).join(" and ");
  return `up to ${rows} pairs of user and item that ${filters} left out are forgotten: such an item counts as unseen, so it may be drawn as a negative of the user or be recommended`;
}

/**
 * The cleaning steps on a numbered log, in their fixed order, each counted: repeated pairs, low
 * ratings, rare users and items.
 */
import { ConfigError, DataError } from "../../errors.ts";
import { countKept, type InteractionLog, type KeptRows, keepAll } from "../interaction-log.ts";
import { dropLowRatingsInPlace } from "./drop-low-ratings.ts";
import { type DuplicateRule, dropRepeatsInPlace } from "./drop-repeats.ts";
import { keepFrequentInPlace } from "./keep-frequent.ts";

export interface CleaningStep {
  readonly step: string;
  readonly reason: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

export interface CleaningRules {
  readonly duplicates: DuplicateRule;
  readonly minRating: number | null;
  readonly minUserInteractions: number;
  readonly minItemInteractions: number;
}

export function cleanLog(log: InteractionLog, rules: CleaningRules): { kept: KeptRows; steps: CleaningStep[] } {
  if (rules.minRating !== null && log.ratings === null) {
    throw new ConfigError("--min-rating needs ratings in the log: set --rating-column, or leave it out");
  }
  const kept = keepAll(log);
  const steps: CleaningStep[] = [];
  let rows = log.rows;
  const record = (step: string, reason: string, dropped: number): void => {
    steps.push({ step, reason, rowsBefore: rows, rowsAfter: rows - dropped });
    rows -= dropped;
    if (rows === 0)
      throw new DataError(`no rows are left after ${step} (${reason}); ${rows + dropped} stood before it`);
  };
  const { duplicates, minRating, minUserInteractions, minItemInteractions } = rules;
  if (duplicates !== "keep") {
    record(
      "repeated-pairs",
      `a user met an item again; the ${duplicates} row stays`,
      dropRepeatsInPlace(log, kept, duplicates),
    );
  }
  if (minRating !== null) {
    record("low-ratings", `rated below ${minRating}`, dropLowRatingsInPlace(log, kept, minRating));
  }
  if (minUserInteractions > 1 || minItemInteractions > 1) {
    const { dropped, rounds } = keepFrequentInPlace(log, kept, { minUserInteractions, minItemInteractions });
    const floors = `users below ${minUserInteractions} or items below ${minItemInteractions} interactions`;
    record("infrequent", `${floors}, to a fixed point in ${rounds} rounds`, dropped);
  }
  if (countKept(kept) !== rows)
    throw new Error(`cleaning lost count: ${countKept(kept)} rows are left, expected ${rows}`);
  return { kept, steps };
}

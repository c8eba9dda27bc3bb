/**
 * The cleaning steps on a numbered log, in their fixed order, each counted: rows of no weight, repeated pairs, low
 * ratings, rare users and items.
 */
import { ConfigError, DataError } from "../../errors.ts";
import { countKept, type InteractionLog, type KeptRows, keepAll } from "../interaction-log.ts";
import { dropLowRatingsInPlace } from "./drop-low-ratings.ts";
import { type DuplicateRule, dropRepeatsInPlace, sumRepeats } from "./drop-repeats.ts";
import { dropWeightlessInPlace } from "./drop-weightless.ts";
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

export interface CleanLog {
  /** As it was given, with the sums of weights where repeats are summed. */
  readonly log: InteractionLog;
  readonly kept: KeptRows;
  readonly steps: CleaningStep[];
}

export function cleanLog(given: InteractionLog, rules: CleaningRules): CleanLog {
  let log = given;
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
  // Before repeats: a row that is not trained on must not stand in for one that is.
  if (log.weights !== null) record("weightless", "of weight 0", dropWeightlessInPlace(log, kept));
  if (duplicates !== "keep") {
    if (duplicates === "sum") log = { ...log, weights: sumRepeats(log, kept) };
    const staying = duplicates === "sum" ? "last row stays, with the sum of weights" : `${duplicates} row stays`;
    record("repeated-pairs", `a user met an item again; the ${staying}`, dropRepeatsInPlace(log, kept, duplicates));
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
  return { log, kept, steps };
}

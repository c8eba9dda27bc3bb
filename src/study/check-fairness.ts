/**
 * A study compares like with like or not at all: the same data, candidates, negatives and engine behind every trial.
 */
import { DataError } from "../errors.ts";
import type { TrialRecord } from "../runs/trial-record.ts";

/** Throws DataError naming two trials that differ and in what. */
export function checkFairness(records: readonly TrialRecord[]): void {
  const firsts = new Map<string, TrialRecord>();
  for (const record of records) {
    compare(firsts, `data ${record.subject}`, record, (one) => ({
      data: one.fairness.dataset,
      "validation candidates": one.fairness.candidates.validation,
      "test candidates": one.fairness.candidates.test,
      "test protocol": one.test?.protocol ?? null,
    }));
    compare(firsts, `negatives ${record.subject} ${record.seed} ${negativesSettings(record)}`, record, (one) => ({
      negatives: one.fairness.negatives,
    }));
    compare(firsts, "program", record, (one) => ({ engine: one.engine, "program version": one.packageVersion }));
  }
}

/** An arm may be about its negatives or the loss itself; then its draws are its own. */
function negativesSettings({ config }: TrialRecord): string {
  const { loss, negatives, negativesFrom, negativesPower } = config;
  return [loss, negatives, negativesFrom, negativesPower].map(String).join(" ");
}

function compare(
  firsts: Map<string, TrialRecord>,
  group: string,
  record: TrialRecord,
  factsOf: (record: TrialRecord) => Readonly<Record<string, string | null>>,
): void {
  const key = record.phase === "final" && group.startsWith("data") ? `${group} final` : group;
  const first = firsts.get(key);
  if (first === undefined) {
    firsts.set(key, record);
    return;
  }
  const theirs = factsOf(first);
  for (const [name, value] of Object.entries(factsOf(record))) {
    if (value === null || theirs[name] === null || theirs[name] === value) continue;
    throw new DataError(
      `trials ${first.id} and ${record.id} differ in ${name} (${theirs[name]} and ${value}), so they cannot be compared; run the study anew with --force`,
    );
  }
}

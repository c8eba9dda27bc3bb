/** The baselines that were fitted beside training, from the run's own record, among those that the report measures. */

import { shellCommand } from "../../src/config/shell-command.ts";
import type { MissingBaselines, RankerOutcome } from "../../src/report/run-content.ts";
import { baselineTitle } from "../../src/report/words/baseline-words.ts";
import { headlineMetrics } from "../../src/report/words/headline-metrics.ts";
import type { BaselinesRecord, Estimates, FittedBaselineRecord } from "../../src/runs/baselines-record.ts";
import type { LoadedRun } from "../runs/stored-run.ts";

/**
 * The run first, then the best. What was measured for the report says more of a ranker than the record, so it stays
 * where both are.
 */
export function withFitted(
  outcomes: readonly RankerOutcome[],
  record: BaselinesRecord | null,
): readonly RankerOutcome[] {
  const fitted = new Map((record?.fitted ?? []).map((baseline) => [baseline.name as string, baseline]));
  const measured = outcomes.map((outcome) => ({
    ...outcome,
    name: baselineTitle(outcome.name),
    validation: outcome.validation ?? valuesOf(fitted.get(outcome.name)?.validation ?? null),
  }));
  const others = [...fitted.values()].filter(
    ({ name, test }) => test !== null && !outcomes.some((o) => o.name === name),
  );
  const [subject, ...rivals] = [...measured, ...others.map(outcomeOf)];
  const metric = headlineMetrics(Object.keys(subject!.metrics)).at(-1)!;
  const worth = ({ metrics }: RankerOutcome): number => metrics[metric]?.value ?? Number.NEGATIVE_INFINITY;
  return [subject!, ...rivals.sort((a, b) => worth(b) - worth(a))];
}

function outcomeOf({ name, test, lead, validation, choice }: FittedBaselineRecord): RankerOutcome {
  const estimates = ({ value, low, high }: Estimates[string]) => ({ value, interval: { low, high } });
  const all = (of: Estimates | null) =>
    Object.fromEntries(Object.entries(of ?? {}).map(([metric, estimate]) => [metric, estimates(estimate)]));
  return {
    name: baselineTitle(name),
    metrics: all(test),
    lead: all(lead),
    catalogue: null,
    validation: valuesOf(validation),
    auc: null,
    beyondAccuracy: null,
    deciles: null,
    choice,
  };
}

function valuesOf(estimates: Estimates | null): Readonly<Record<string, number>> | null {
  if (estimates === null) return null;
  return Object.fromEntries(Object.entries(estimates).map(([metric, { value }]) => [metric, value]));
}

/** Which usual baselines do not stand beside the run, why, and the commands that bring one; null where all do. */
export function missingBaselines(
  rankers: readonly RankerOutcome[],
  record: BaselinesRecord | null,
  run: Pick<LoadedRun, "datasetName" | "directory" | "config">,
): MissingBaselines | null {
  const missing = USUAL.filter((name) => rankers.every((ranker) => ranker.name !== baselineTitle(name)));
  if (missing.length === 0) return null;
  const names = missing.map((name) => {
    const reason = record?.leftOut.find((left) => left.name === name)?.reason;
    return reason === undefined ? baselineTitle(name) : `${baselineTitle(name)} (${reason})`;
  });
  const [first] = missing;
  const protocol = run.config.candidates === "full" ? ["--candidates", "full"] : [];
  const question = ["--baseline", first!, "--dataset", run.datasetName, ...protocol, "--output", `out/${first}`];
  return {
    names,
    commands: [
      shellCommand("lawn-ranker", "evaluate", ...question),
      shellCommand("lawn-ranker", "report", "--run", run.directory, "--baselines", `out/${first}`),
    ],
  };
}

/** What a run is expected to be held against. */
const USUAL = ["item-knn", "ease", "ials"] as const;

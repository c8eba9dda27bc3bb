/** What one arm at one batch size came to: tuning, chosen setting, spread over fresh seeds, success and cost. */
import { max, mean, median, min, sampleStandardDeviation } from "simple-statistics";
import type { Study } from "../config/schemas/study-schema.ts";
import type { ArmSummary, Spread } from "../runs/study-summary.ts";
import type { TrialRecord } from "../runs/trial-record.ts";
import { expectedBest } from "../statistics/best-of-n.ts";
import type { BootstrapInterval } from "../statistics/bootstrap.ts";
import { wilsonInterval } from "../statistics/proportion-interval.ts";
import type { CellEvidence } from "./study-evidence.ts";

export interface ArmOptions {
  readonly study: Study;
  /** Of the chosen metric, on validation. */
  readonly target: number;
  /** Of the mean over seeds, by test metric; empty where every seed diverged. */
  readonly intervals: ReadonlyMap<string, BootstrapInterval>;
}

export function summarizeArm(evidence: CellEvidence, { study, target, intervals }: ArmOptions): ArmSummary {
  const { cell, tuning, chosen, finals, outcomes } = evidence;
  const reached = finals.map((record) => timeToTarget(record, study.metric, target));
  const successes = reached.filter((time) => time !== null).length;
  const all = [...tuning, ...finals];
  const values = [...tuning]
    .sort((a, b) => a.index - b.index)
    .map(({ validation }) => validation?.[study.metric] ?? null);
  return {
    subject: cell.subject,
    arm: cell.arm.name,
    searchOf: cell.arm.searchOf,
    optimizer: cell.arm.optimizer,
    batchSize: cell.batch.size,
    epochs: cell.batch.epochs,
    tuning: {
      trials: tuning.length,
      diverged: tuning.filter(({ outcome }) => outcome === "diverged").length,
      values,
      expectedBest: [...expectedBest(values.map((value) => value ?? 0))],
    },
    chosen:
      chosen === null
        ? null
        : {
            trial: chosen.id,
            index: chosen.index,
            point: chosen.point,
            atEdge: [...evidence.atEdge],
            validation: chosen.validation ?? {},
            epoch: chosen.epoch ?? 1,
          },
    seeds: finals.length,
    diverged: finals.length - outcomes.length,
    test: outcomes.length === 0 ? null : spreads(evidence, study.metrics, intervals),
    validation: outcomes.length === 0 ? null : meanValidation(outcomes.map(({ record }) => record)),
    success: {
      successes,
      of: finals.length,
      rate: finals.length === 0 ? 0 : successes / finals.length,
      ...wilsonInterval({ successes, of: finals.length }),
    },
    epochsToTarget: reached.map((time) => time?.epochs ?? null),
    secondsToTarget: reached.map((time) => time?.seconds ?? null),
    cost: {
      tuningSeconds: sumOf(tuning, ({ seconds }) => seconds),
      finalSeconds: sumOf(finals, ({ seconds }) => seconds),
      secondsPerEpoch: medianOf(all, ({ trainingSeconds, epochsTrained }) => trainingSeconds / epochsTrained),
      samplesPerSecond: medianOf(all, ({ samplesPerSecond }) => samplesPerSecond),
    },
  };
}

/**
 * The first epoch whose validation is at least `target`, and the seconds of training up to its end; null where none is.
 */
export function timeToTarget(
  { epochs }: Pick<TrialRecord, "epochs">,
  metric: string,
  target: number,
): { readonly epochs: number; readonly seconds: number } | null {
  let spent = 0;
  for (const { epoch, validation, seconds } of epochs) {
    spent += seconds;
    if ((validation[metric] ?? Number.NEGATIVE_INFINITY) >= target) return { epochs: epoch, seconds: spent };
  }
  return null;
}

function spreads(
  { outcomes }: CellEvidence,
  metrics: readonly string[],
  intervals: ReadonlyMap<string, BootstrapInterval>,
): Record<string, Spread> {
  return Object.fromEntries(
    metrics.map((metric): [string, Spread] => {
      const values = outcomes.map(({ record }) => record.test!.metrics[metric]!); // an outcome has met the test split
      const interval = intervals.get(metric);
      return [
        metric,
        {
          mean: mean(values),
          deviation: values.length < 2 ? null : sampleStandardDeviation(values),
          minimum: min(values),
          maximum: max(values),
          low: interval?.low ?? min(values),
          high: interval?.high ?? max(values),
        },
      ];
    }),
  );
}

export function meanValidation(records: readonly TrialRecord[]): Record<string, number> {
  const names = Object.keys(records[0]?.validation ?? {});
  return Object.fromEntries(
    names.map((name) => [name, mean(records.map(({ validation }) => validation?.[name] ?? 0))]),
  );
}

function sumOf(records: readonly TrialRecord[], of: (record: TrialRecord) => number): number {
  return records.reduce((sum, record) => sum + of(record), 0);
}

/** Of the trials that finished an epoch. */
function medianOf(records: readonly TrialRecord[], of: (record: TrialRecord) => number): number {
  const values = records.filter(({ epochsTrained }) => epochsTrained > 0).map(of);
  return values.length === 0 ? 0 : median(values);
}

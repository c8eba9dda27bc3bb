/**
 * Everything the report of a run shows, as values: pipelines/report/report.ts gathers it, and
 * this room only sets it out.
 */
import type { DiagnosticsRecord } from "../runs/diagnostics-record.ts";
import type { GateRecord } from "../runs/gate-record.ts";
import type { Manifest } from "../runs/manifest.ts";
import type { BaselineChoice, BeyondAccuracy, Calibration, Deciles } from "../runs/metrics-document.ts";
import type { EpochRecord } from "../runs/training-log.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  readonly value: number;
  /** Null where there are no outcomes of single users. */
  readonly interval: Interval | null;
}

/** A ranker's answers to the questions of this report: the run's, or a baseline's. */
export interface RankerOutcome {
  readonly name: string;
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** The run less this one, paired by user, by metric; null for the run itself. */
  readonly lead: Readonly<Record<string, Difference>> | null;
  /** The headline metrics among all items, where `metrics` are among sampled candidates; null where not measured. */
  readonly catalogue: Readonly<Record<string, Estimate>> | null;
  /** What validation said of it, to hold the run's learning curve against: a tuned baseline's, fitted on train. */
  readonly validation: Readonly<Record<string, number>> | null;
  readonly auc: number | null;
  readonly beyondAccuracy: BeyondAccuracy | null;
  readonly deciles: DecilesContent | null;
  /** Of a tuned baseline. */
  readonly choice: BaselineChoice | null;
}

/** A tenth with the interval of its HR. */
export type DecileContent = Deciles["userActivity"][number] & { readonly interval: Interval };

export interface DecilesContent {
  readonly k: number;
  readonly userActivity: readonly DecileContent[];
  readonly itemPopularity: readonly DecileContent[];
}

export interface MissingBaselines {
  /** Such as "iALS (about 45 s)". */
  readonly names: readonly string[];
  /** That set one of them beside the run, in their order. */
  readonly commands: readonly string[];
}

export interface Difference {
  readonly value: number;
  readonly interval: Interval;
}

export interface DataContent {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** Whether it is known which of a user's rows are newer. */
  readonly isOrdered: boolean;
  readonly interactions: { readonly train: number; readonly validation: number; readonly test: number };
  /** Of the rows of train; null where all count alike. */
  readonly weights: { readonly least: number; readonly most: number; readonly mean: number } | null;
  /** Pairs that cleaning left out and that are known all the same. */
  readonly knownPairs: number;
  readonly split: string;
  readonly candidates: { readonly validation: string; readonly test: string };
  readonly sources: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly warnings: readonly string[];
}

export interface ItemContent {
  /** Of the raw log. */
  readonly id: string;
  /** Null where no items file was given. */
  readonly title: string | null;
}

/** What one user had and is offered. */
export interface UserContent {
  readonly id: string;
  readonly trainInteractions: number;
  /** Of train, the newest first; any rows where the data has no order. */
  readonly recent: readonly ItemContent[];
  readonly recommended: readonly ItemContent[];
  /** Test items, each with its rank in the list of all unseen items, from 1, ties against it. */
  readonly heldOut: readonly (ItemContent & { readonly rank: number })[];
}

export interface RunContent {
  readonly manifest: Manifest;
  /** The resolved config of the stage train. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Null where the dataset's folder is not there. */
  readonly data: DataContent | null;
  readonly protocol: string;
  readonly split: "validation" | "test";
  readonly users: number;
  readonly tieRate: number;
  /** Names in the order shown. */
  readonly metricNames: readonly string[];
  /** The run first. */
  readonly rankers: readonly RankerOutcome[];
  /** Null where the usual baselines are there. */
  readonly missingBaselines: MissingBaselines | null;
  /** What the gate said of the run; null where none has looked at it. */
  readonly gate: GateRecord | null;
  /** What the end of training advised; null where nothing stands in the run. */
  readonly advice: string | null;
  readonly interval: { readonly level: number; readonly resamples: number; readonly seed: number };
  readonly epochs: readonly EpochContent[];
  /** The metric that chose the epoch; null for a run without validation. */
  readonly validationMetric: string | null;
  readonly calibration: Calibration | null;
  readonly people: readonly UserContent[];
  /** How the people shown were chosen. */
  readonly peopleChoice: string;
  /** What could not be shown, and why, a sentence each. */
  readonly absent: readonly string[];
  readonly reportVersion: string;
}

export interface EpochContent extends Omit<EpochRecord, "diagnostics"> {
  readonly diagnostics: DiagnosticsRecord | null;
}

/** What a study's conclusions rest on: the records of each arm, and each fresh seed's outcome user by user. */
import type { TrialRecord } from "../runs/trial-record.ts";
import type { StudyCell } from "./plan-trials.ts";

/** A fresh seed that was trained and met the test split. */
export interface SeedOutcome {
  readonly record: TrialRecord;
  /** Indices of the users, in the order of the columns beside. */
  readonly users: Uint32Array;
  readonly ranks: Uint32Array;
  /** By metric name, [users]: the users of a subject in the same order in every outcome. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

/** A baseline fitted on train, and what it gave each user on test. */
export interface BaselineEvidence {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Of the chosen parameters; null where there was nothing to choose. */
  readonly validation: Readonly<Record<string, number>> | null;
  /** By metric name, [users]. */
  readonly values: Readonly<Record<string, Float32Array>>;
}

export interface CellEvidence {
  readonly cell: StudyCell;
  readonly tuning: readonly TrialRecord[];
  /** The tuning trial that validation chose; null where all diverged. */
  readonly chosen: TrialRecord | null;
  /** Of the chosen setting, in the plan's words. */
  readonly atEdge: readonly string[];
  /** Every fresh seed, diverged ones too. */
  readonly finals: readonly TrialRecord[];
  /** Those that did not diverge. */
  readonly outcomes: readonly SeedOutcome[];
}

/** How far a stage is, as values: what bars and lines are written from, and what callers of the library are told. */
import type { EpochRecord } from "../src/runs/training-log.ts";
import type { StepProgress } from "../src/training/training-plan.ts";

export type ProgressEvent =
  | LogRead
  | LogCleaned
  | LogSplit
  | StepsDone
  | EpochDone
  | SearchProgress
  | BaselineTried
  | StudyProgress
  | ListsWritten
  | WorkDone
  | BytesFetched;

/** ingest: the raw files are read and numbered. */
export interface LogRead {
  readonly kind: "read";
  readonly rows: number;
  readonly users: number;
  readonly items: number;
}

/** ingest: one step of cleaning, those that dropped nothing too. */
export interface LogCleaned {
  readonly kind: "cleaned";
  readonly step: string;
  readonly reason: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

/** ingest: what is left of the log, and the interactions of each part. */
export interface LogSplit {
  readonly kind: "split";
  readonly users: number;
  readonly items: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** train: some more steps of an epoch, those of one call into the engine. */
export interface StepsDone extends StepProgress {
  readonly kind: "step";
  readonly pass: EpochRecord["pass"];
  /** At most. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** train: an epoch is finished: its line of training.jsonl. */
export interface EpochDone extends EpochRecord {
  readonly kind: "epoch";
  /** At most. */
  readonly epochs: number;
}

/** train: an epoch of the search before training. */
export interface SearchProgress {
  readonly kind: "search";
  /** Such as "trial 3 to epoch 6". */
  readonly trial: string;
  /** Epochs of all trials. */
  readonly done: number;
  /** Epochs of all trials, at most. */
  readonly total: number;
}

/** A baseline fitted with some parameters and measured on validation. */
export interface BaselineTried {
  readonly kind: "baseline";
  readonly baseline: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly metric: string;
  readonly value: number;
  readonly done: number;
  readonly total: number;
}

/** compare: trials of a study. */
export interface StudyProgress {
  readonly kind: "trials";
  readonly phase: "tuning" | "final seeds";
  readonly done: number;
  readonly total: number;
}

/** score: lists written, or shards done where a queue does them. */
export interface ListsWritten {
  readonly kind: "scored";
  readonly unit: "users" | "items" | "shards";
  readonly done: number;
  readonly total: number;
}

/** One long piece of work, such as "evaluate test". */
export interface WorkDone {
  readonly kind: "work";
  readonly what: string;
  /** Of `done` and `total`; empty where it says nothing to a person. */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
}

/** data: a file on its way. */
export interface BytesFetched {
  readonly kind: "download";
  readonly file: string;
  readonly bytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
}

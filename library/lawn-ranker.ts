/**
 * `lawn-ranker`: the stages as functions, each with the settings of its block in a config file, and a trained run in a
 * server. Commands run through the same function, so names, defaults, checks and files are theirs.
 *
 * @module lawn-ranker
 */
import { runWithSettings } from "../pipelines/command-line/run-with-settings.ts";
import { thisProcess } from "../pipelines/outside-world.ts";
import { stages } from "../pipelines/stages.ts";
import type { EvaluateSettings } from "../src/config/schemas/evaluate-schema.ts";
import type { IngestSettings } from "../src/config/schemas/ingest-schema.ts";
import type { ScoreSettings } from "../src/config/schemas/score-schema.ts";
import type { TrainSettings } from "../src/config/schemas/train-schema.ts";
import { settingTree } from "../src/config/setting-tree.ts";
import type { MetricsDocument } from "../src/runs/metrics-document.ts";
import type { ScoreManifest } from "../src/runs/score-manifest.ts";

export type { EvaluateSettings } from "../src/config/schemas/evaluate-schema.ts";
export type { IngestSettings } from "../src/config/schemas/ingest-schema.ts";
export type { ScoreSettings } from "../src/config/schemas/score-schema.ts";
export type { TrainSettings } from "../src/config/schemas/train-schema.ts";
export { ConfigError, DataError, EngineError, StorageError } from "../src/errors.ts";
export { type LoadedRanker, type LoadOptions, load as loadRanker } from "./serve.ts";

/** What a stage tells while it runs: a line that the command would print on stderr. */
export interface StageEvent {
  readonly kind: "log";
  readonly line: string;
}

export interface StageOptions {
  /** Aborted, the stage stops at the next safe place, as after Ctrl-C, and its promise is rejected with the reason. */
  readonly signal?: AbortSignal;
  readonly progress?: (event: StageEvent) => void;
}

/** What the command prints under --json; fields beyond these are there too. */
export interface IngestResult {
  /** The folder of the dataset. */
  readonly directory: string;
  readonly dataset: string;
  readonly users: number;
  readonly items: number;
  readonly rowsRead: number;
  /** Of the dataset's files: equal where two datasets are. */
  readonly contentHash: string;
  readonly warnings: readonly string[];
}

/** What the command prints under --json: the metrics on test, where test was measured, and where the run lies. */
export interface TrainResult extends Partial<MetricsDocument> {
  readonly status: "done";
  /** The folder of the run. */
  readonly run: string;
}

/** What the command prints under --json: the content of metrics.json, and of which dataset. */
export interface EvaluateResult extends MetricsDocument {
  readonly dataset: { readonly name: string; readonly contentHash: string };
}

/** What the command prints under --json: the content of the manifest beside the output. */
export interface ScoreResult extends Omit<ScoreManifest, "output"> {
  /** The file of recommendations. */
  readonly output: string;
  /** The file of the manifest. */
  readonly manifest: string;
}

/** Raw logs to a dataset's folder; does nothing where it is up to date. Throws ConfigError, DataError, StorageError. */
export function ingest(settings: IngestSettings, options: StageOptions = {}): Promise<IngestResult> {
  return runNamed<IngestResult>("ingest", settings, options);
}

/**
 * A dataset to a run's folder. Aborted, it leaves what `resume` goes on from.
 * Throws ConfigError, DataError, EngineError, StorageError.
 */
export function train(settings: TrainSettings, options: StageOptions = {}): Promise<TrainResult> {
  return runNamed<TrainResult>("train", settings, options);
}

/** Metrics of a run or a baseline on held-out items. Throws ConfigError, DataError, EngineError, StorageError. */
export function evaluate(settings: EvaluateSettings, options: StageOptions = {}): Promise<EvaluateResult> {
  return runNamed<EvaluateResult>("evaluate", settings, options);
}

/** Recommendations to a file. Throws ConfigError, DataError, EngineError, StorageError. */
export function score(settings: ScoreSettings, options: StageOptions = {}): Promise<ScoreResult> {
  return runNamed<ScoreResult>("score", settings, options);
}

/** `Result` is what the stage's JSON holds: held to it by test/library/lawn-ranker.test.ts. */
async function runNamed<Result>(name: string, settings: object, options: StageOptions): Promise<Result> {
  const { signal = new AbortController().signal, progress } = options;
  signal.throwIfAborted();
  const stage = await stages.find((entry) => entry.name === name)!.load();
  const { json, exitCode } = await runWithSettings(
    stage,
    settingTree(stage.schema),
    { layers: [{ source: "settings", values: settings }], flags: {}, problems: [] },
    { ...thisProcess(), log: (line) => progress?.({ kind: "log", line }), terminal: null, signal },
  );
  if (exitCode === INTERRUPTED) signal.throwIfAborted();
  return json as Result;
}

/** The exit status of a stage that was stopped. */
const INTERRUPTED = 130;

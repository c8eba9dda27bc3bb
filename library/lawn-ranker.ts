/**
 * `lawn-ranker`: the stages as functions, each with the settings of its block in a config file, and a trained run in a
 * server. Commands run through the same function, so names, defaults, checks and files are theirs.
 *
 * @module lawn-ranker
 */
import { callStage, type StageOptions } from "../pipelines/call-stage.ts";
import type { ResultOf } from "../pipelines/command-line/stage-entry.ts";
import { evaluateEntry, gateEntry, ingestEntry, scoreEntry, trainEntry } from "../pipelines/stages.ts";
import type { BaselineName } from "../src/config/baseline-settings.ts";
import type { EvaluateSettings } from "../src/config/schemas/evaluate-schema.ts";
import type { GateSettings } from "../src/config/schemas/gate-schema.ts";
import type { IngestSettings } from "../src/config/schemas/ingest/ingest-schema.ts";
import type { ScoreSettings } from "../src/config/schemas/score-schema.ts";
import type { TrainSettings } from "../src/config/schemas/train-schema.ts";

export type { LogLine, StageEvent, StageOptions } from "../pipelines/call-stage.ts";
export type * from "../pipelines/progress-event.ts";
export type { EvaluateSettings } from "../src/config/schemas/evaluate-schema.ts";
export type { GateSettings } from "../src/config/schemas/gate-schema.ts";
export type { IngestSettings } from "../src/config/schemas/ingest/ingest-schema.ts";
export type { ScoreSettings } from "../src/config/schemas/score-schema.ts";
export type { TrainSettings } from "../src/config/schemas/train-schema.ts";
export { ConfigError, DataError, DivergenceError, EngineError, StorageError } from "./errors.ts";
export { type LoadedRanker, type LoadOptions, load as loadRanker } from "./serve.ts";

export type IngestResult = ResultOf<typeof ingestEntry>;
export type TrainResult = ResultOf<typeof trainEntry>;
export type EvaluateResult = Exclude<ResultOf<typeof evaluateEntry>, EvaluatedBaselines>;
/** Of several baselines, side by side. */
export type EvaluatedBaselines = Extract<ResultOf<typeof evaluateEntry>, { readonly leftOut: unknown }>;
export type GateResult = Extract<ResultOf<typeof gateEntry>, { readonly verdict: unknown }>;
export type RollbackResult = Exclude<ResultOf<typeof gateEntry>, GateResult>;
export type ScoreResult = Extract<ResultOf<typeof scoreEntry>, { readonly stage: "score" }>;
export type ScoreShardResult = Extract<ResultOf<typeof scoreEntry>, { readonly stage: "score-shard" }>;

/** Raw logs to a dataset's folder; does nothing where it is up to date. Throws ConfigError, DataError, StorageError. */
export function ingest(settings: IngestSettings, options: StageOptions = {}): Promise<IngestResult> {
  return callStage(ingestEntry, settings, options);
}

/**
 * A dataset to a run's folder. Aborted, it leaves what `resume` goes on from.
 * Throws ConfigError, DataError, EngineError, StorageError, and DivergenceError where the loss is no number any more.
 */
export function train(settings: TrainSettings, options: StageOptions = {}): Promise<TrainResult> {
  return callStage(trainEntry, settings, options);
}

/**
 * Metrics of a run or a baseline on held-out items, or of several baselines side by side.
 * Throws ConfigError, DataError, EngineError, StorageError.
 */
export function evaluate(
  settings: EvaluateSettings & { readonly baseline: "all" | `${string},${string}` },
  options?: StageOptions,
): Promise<EvaluatedBaselines>;
export function evaluate(
  settings: EvaluateSettings & { readonly baseline?: BaselineName | null | undefined },
  options?: StageOptions,
): Promise<EvaluateResult>;
export function evaluate(
  settings: EvaluateSettings,
  options?: StageOptions,
): Promise<EvaluateResult | EvaluatedBaselines>;
export function evaluate(
  settings: EvaluateSettings,
  options: StageOptions = {},
): Promise<EvaluateResult | EvaluatedBaselines> {
  return callStage(evaluateEntry, settings, options);
}

/**
 * Whether a run takes the place of the one in use, and whether it does. A run that is kept out is no error: see
 * `verdict`. Throws ConfigError, DataError, EngineError, StorageError.
 */
export function gate(
  settings: GateSettings & { readonly rollback?: false | undefined },
  options?: StageOptions,
): Promise<GateResult>;
export function gate(
  settings: GateSettings & { readonly rollback: true },
  options?: StageOptions,
): Promise<RollbackResult>;
export function gate(settings: GateSettings, options?: StageOptions): Promise<GateResult | RollbackResult>;
export function gate(settings: GateSettings, options: StageOptions = {}): Promise<GateResult | RollbackResult> {
  return callStage(gateEntry, settings, options);
}

/** Recommendations to a file, or one shard of them. Throws ConfigError, DataError, EngineError, StorageError. */
export function score(
  settings: ScoreSettings & { readonly shard?: null | undefined },
  options?: StageOptions,
): Promise<ScoreResult>;
export function score(
  settings: ScoreSettings & { readonly shard: string },
  options?: StageOptions,
): Promise<ScoreShardResult>;
export function score(settings: ScoreSettings, options?: StageOptions): Promise<ScoreResult | ScoreShardResult>;
export function score(settings: ScoreSettings, options: StageOptions = {}): Promise<ScoreResult | ScoreShardResult> {
  return callStage(scoreEntry, settings, options);
}

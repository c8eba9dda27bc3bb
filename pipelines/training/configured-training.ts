/**
 * What a parsed train config means for one dataset: the ranker, its batches, its optimizer in
 * steps, and the plan of a pass.
 */
import { initializerFromText } from "../../src/config/initializer-text.ts";
import { baseOf } from "../../src/config/optimizer/optimizer-names.ts";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { Interactions, ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { withRecency } from "../../src/dataset/recency-weights.ts";
import {
  type BatchSource,
  checkBatchSource,
  logQOf,
  samplesPerEpoch,
  stepsPerEpoch,
} from "../../src/dataset/training-batches.ts";
import type { SessionOptions, Snapshot } from "../../src/engine/engine.ts";
import type { TrainingTask } from "../../src/engine/engine-lacks.ts";
import { checkOptimizerConfig } from "../../src/optimizer/check-optimizer-config.ts";
import { lawnGroups } from "../../src/optimizer/lawn-blocks.ts";
import { compileSchedule, type LearningRateSchedule } from "../../src/optimizer/learning-rate.ts";
import {
  baseConfigOf,
  type LawnConfig,
  type LawnSwitch,
  type OptimizerConfig,
} from "../../src/optimizer/optimizer-config.ts";
import { type Initializers, initializeParameters } from "../../src/ranker/initialize.ts";
import type { LossConfig } from "../../src/ranker/loss.ts";
import { rankerSpecOf } from "../../src/ranker/ranker-presets.ts";
import { parametersOf, type RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { hasSides, noSides } from "../../src/ranker/side.ts";
import type { TrainingPlan } from "../../src/training/training-plan.ts";
import { amongFirstItems, negativeItems } from "../dataset/held-out-items.ts";
import type { DatasetDescription, LoadedDataset } from "../dataset/stored-dataset.ts";
import { rowsOfTables, sidesOf, type TrainedData, takesFeatures } from "./training-dataset.ts";

/**
 * The model's preset with the sizes that were given over it, and the rows of the data. Throws ConfigError naming sizes
 * that cannot be.
 */
export function rankerOf(config: TrainConfig, data: TrainedData): RankerSpec {
  const { similarity, temperature, ...sizes } = config.ranker;
  const given = Object.entries(sizes).filter(([, value]) => value !== undefined);
  const cosineTemperature = similarity === "cosine" ? completed({ temperature }, "temperature") : null;
  const extents = rowsOfTables(config, data);
  return rankerSpecOf(config.model, { ...extents, shape: { ...Object.fromEntries(given), cosineTemperature } });
}

/** What an engine must have for it. */
export function trainingTaskOf(config: TrainConfig, data: TrainedData): TrainingTask {
  const { loss, negativesFrom, optimizer } = config;
  return {
    spec: rankerOf(config, data),
    loss,
    negativesFrom,
    rule: baseOf(optimizer.name),
    hasSides: hasSides(sidesOf(config, data)),
  };
}

/** The same before the data is read: by what its description says. */
export function taskBeforeData(config: TrainConfig, { features }: Pick<DatasetDescription, "features">): TrainingTask {
  const plain = { train: { users: 1, items: 1 }, sides: noSides };
  return { ...trainingTaskOf(config, plain), hasSides: features !== undefined && takesFeatures(config) };
}

/** The settings that make this ranker whatever the model's own are. */
export function rankerSettingsOf(spec: RankerSpec): TrainConfig["ranker"] {
  const { dot, gmf, embedding, tower, idBiases, cosineTemperature: temperature } = spec;
  const sizes = { dot, gmf, embedding, tower: [...tower], idBiases };
  return temperature === null ? { ...sizes, similarity: "inner" } : { ...sizes, similarity: "cosine", temperature };
}

function lossOf({ loss, ccl }: TrainConfig, source: BatchSource, items: number): LossConfig {
  if (loss === "softmax") return { name: loss, itemLogQ: logQOfAll(source, items) };
  if (loss !== "ccl") return { name: loss };
  return { name: loss, margin: completed(ccl, "margin"), negativeWeight: completed(ccl, "negativeWeight") };
}

/** [items] 0 of items that are never drawn: no batch has one. */
function logQOfAll(source: BatchSource, items: number): Float32Array | null {
  const drawn = logQOf(source);
  if (drawn === null || drawn.length === items) return drawn;
  const all = new Float32Array(items);
  all.set(drawn);
  return all;
}

function initializersOf({ initialize }: TrainConfig): Initializers {
  return {
    embedding: initializerFromText(initialize.embedding),
    dense: initializerFromText(initialize.dense),
    head: initializerFromText(initialize.head),
    bias: initializerFromText(initialize.bias),
  };
}

/** Those that the config's seed draws. */
export function initialParameters(config: TrainConfig, spec: RankerSpec): Map<string, Float32Array> {
  return initializeParameters(spec, initializersOf(config), config.seed);
}

/**
 * `seen` is never drawn as a negative; each user's interactions stand oldest first where their ages weigh. Throws
 * ConfigError or DataError when no batch could be drawn.
 */
export function batchSourceOf(
  config: TrainConfig,
  { description }: Pick<LoadedDataset, "description">,
  rows: { readonly interactions: Interactions; readonly seen: ItemsByUser },
): BatchSource {
  const { interactions, seen } = amongFirstItems(rows.interactions, rows.seen, negativeItems(description));
  const source: BatchSource = {
    interactions: withRecency(interactions, config.recencyPower),
    seen,
    loss: config.loss,
    negativesPerPositive: config.negatives,
    negativesFrom: config.negativesFrom,
    negativesPower: config.negativesPower,
    idDropout: config.idDropout ?? 0,
    batchSize: config.batchSize,
    seed: config.seed,
  };
  checkBatchSource(source);
  return source;
}

/**
 * Throws ConfigError for an optimizer that cannot be, or has nothing to do on this ranker: before anything is written.
 */
export function optimizerOf(config: TrainConfig, source: BatchSource): OptimizerConfig {
  const { optimizer } = config;
  const base = baseConfigOf(baseOf(optimizer.name), (key) => completed(optimizer, key));
  const lawn = config.lawn === undefined ? null : lawnConfigOf(config.lawn, source);
  checkOptimizerConfig({ base, lawn });
  // Whatever the rows are.
  if (lawn !== null) lawnGroups(parametersOf(rankerOf(config, { train: source.interactions, sides: noSides })), lawn);
  return { base, lawn };
}

/**
 * Everything a session of training is opened with: the one place where a config becomes session options, for
 * runs and trials alike. `start` is where an interrupted training goes on, or what a warm start begins with; null
 * begins from the initial values that the config's seed draws.
 */
export function sessionOptionsOf(
  config: TrainConfig,
  data: TrainedData,
  { source, start }: { readonly source: BatchSource; readonly start: Snapshot | null },
): SessionOptions {
  const spec = rankerOf(config, data);
  return {
    spec,
    sides: sidesOf(config, data),
    loss: lossOf(config, source, data.train.items),
    start: start ?? { parameters: initialParameters(config, spec), optimizer: null },
    optimizer: optimizerOf(config, source),
    embeddingDecay: config.embeddingDecay,
    source,
  };
}

/** `epochs` may be fewer than the config's: the schedule stays the one of the whole run, cut off. */
export function planOf(options: {
  readonly config: TrainConfig;
  readonly source: BatchSource;
  readonly pass: TrainingPlan["pass"];
  readonly epochs: number;
  /** False where there is nothing to validate on. */
  readonly selects: boolean;
}): TrainingPlan {
  const { config, source, pass, epochs, selects } = options;
  const { metric, patience } = config.validation;
  const steps = stepsPerEpoch(source);
  const { lawn } = optimizerOf(config, source);
  const horizon = { steps: config.epochs * steps, stepsPerEpoch: steps, epochs: config.epochs };
  return {
    pass,
    epochs,
    stepsPerEpoch: steps,
    samplesPerEpoch: samplesPerEpoch(source),
    batchSize: source.batchSize,
    learningRate: compileSchedule(scheduleOf(config), horizon),
    selection: selects ? { metric, patience: patience ?? Number.POSITIVE_INFINITY } : null,
    checkpointEveryEpochs: config.checkpoint.everyEpochs,
    checkpointEverySteps: config.checkpoint.everySteps,
    keepsOptimizer: config.saveOptimizer,
    switchStep: lawn?.switchAt.kind === "step" ? lawn.switchAt.step : null,
  };
}

/** How many users' cases validation ranks; null for all. */
export function validatedUsers({ validation }: Pick<TrainConfig, "validation">): number | null {
  return validation.usersSample ?? null;
}

function scheduleOf({ schedule, optimizer }: TrainConfig): LearningRateSchedule {
  const { name } = schedule;
  if (name !== "constant" && name !== "linear" && name !== "cosine") return { kind: "expression", expression: name };
  const rate = completed(optimizer, "learningRate");
  return {
    kind: "warmup",
    rate,
    warmup: { amount: completed(schedule, "warmupEpochs"), unit: "epochs" },
    decay: name,
    floor: name === "constant" ? 0 : rate * completed(schedule, "finalRate"),
  };
}

function lawnConfigOf(lawn: NonNullable<TrainConfig["lawn"]>, source: BatchSource): LawnConfig {
  const { freeEpochs, freeSteps, switchNorm, scope, granularity, project, state, constrainBiases } = lawn;
  let switchAt: LawnSwitch;
  if (switchNorm !== undefined) switchAt = { kind: "norm", norm: switchNorm };
  else if (freeSteps !== undefined) switchAt = { kind: "step", step: freeSteps };
  else switchAt = { kind: "step", step: Math.round(completed({ freeEpochs }, "freeEpochs") * stepsPerEpoch(source)) };
  return { switchAt, scope, granularity, project, state, constrainBiases };
}

/** A number that parsing has filled in; its absence is a defect of the schema, not of the user. */
function completed<Key extends string>(settings: { readonly [K in Key]?: unknown }, key: Key): number {
  const value = settings[key];
  if (typeof value !== "number") throw new RangeError(`the parsed config lacks ${key}`);
  return value;
}

/**
 * `lawn-ranker/ranker`: what a ranker is, how it starts, and how it is stored; `loadRun` reads trained runs.
 *
 * @module lawn-ranker/ranker
 */
export { type LoadedRun, loadRun } from "../pipelines/runs/stored-run.ts";
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../src/ranker/checkpoint.ts";
export { defaultInitializers, type Initializer, initializeParameters } from "../src/ranker/initialize.ts";
export type { LossName } from "../src/ranker/loss.ts";
export { type ModelName, modelNames, rankerPresets, rankerSpecOf } from "../src/ranker/ranker-presets.ts";
export { type ParameterInfo, type Parameters, parametersOf, type RankerSpec } from "../src/ranker/ranker-spec.ts";
export type { Scorer } from "../src/ranker/scorer.ts";
export { foldSides, noSides, type Side, type Sides } from "../src/ranker/side.ts";

/**
 * `lawn-ranker/engine`: opens an engine and trains one step, or one span of steps, at a time.
 *
 * @module lawn-ranker/engine
 */
export type { Engine, EngineName, Snapshot, StepSpan, TrainingSession } from "../src/engine/engine.ts";
export { type EngineAvailability, engineAvailability, openEngine } from "../src/engine/open-engine.ts";

/** `lawn-ranker/engine`: opens an engine and trains one step, or one span of steps, at a time. */
export type { Engine, EngineName, Snapshot, StepSpan, TrainingSession } from "../src/engine/engine.ts";
export { type EngineAvailability, engineAvailability, openEngine } from "../src/engine/open-engine.ts";

/**
 * `lawn-ranker/training`: the training loop over any engine session.
 *
 * @module lawn-ranker/training
 */
export { type TrainingOptions, type TrainingOutcome, trainRanker } from "../src/training/train-ranker.ts";
export type { TrainingHooks, TrainingPlan } from "../src/training/training-plan.ts";
export { beginning, type TrainingState } from "../src/training/training-state.ts";

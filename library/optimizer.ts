/**
 * `lawn-ranker/optimizer`: every rule, and LAWN over any of them, on any storage that brings the array operations.
 *
 * @module lawn-ranker/optimizer
 */
export type { ArrayOps, Blocks } from "../src/optimizer/arrays/array-ops.ts";
export { float32Ops, float64Ops } from "../src/optimizer/arrays/float-ops.ts";
export { buildOptimizer } from "../src/optimizer/build-optimizer.ts";
export { freeOptimizer } from "../src/optimizer/free-optimizer.ts";
export { lawnOptimizer } from "../src/optimizer/lawn/lawn.ts";
export { compileSchedule, type LearningRateSchedule } from "../src/optimizer/learning-rate.ts";
export type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "../src/optimizer/optimizer-config.ts";
export type { BaseRule, Optimizer } from "../src/optimizer/rules/transform.ts";

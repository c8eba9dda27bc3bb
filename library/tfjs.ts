/**
 * `lawn-ranker/tfjs`: LAWN as a tf.Optimizer, over any optimizer of TensorFlow.js and for any model.
 *
 * @module lawn-ranker/tfjs
 */
export type { TrainedVariable } from "../src/engine/tfjs/constrained-variables.ts";
export { finalHomogeneousWeights } from "../src/engine/tfjs/homogeneous-suffix.ts";
export { type LawnOptions, lawn } from "../src/engine/tfjs/lawn.ts";
export type { LawnOptimizer, StepProjection } from "../src/engine/tfjs/lawn-optimizer.ts";

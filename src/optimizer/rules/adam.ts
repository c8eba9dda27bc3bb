/**
 * Adam (Kingma & Ba 2015, Algorithm 1): epsilon outside the root and on the corrected moments, unlike TensorFlow and Keras.
 * Weight decay is L2, added to the gradient before the moments (Adam + L2); for the decoupled kind see adamw.ts.
 *
 *   g <- g + d w;  m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2
 *   direction = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 */
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { AdamConfig } from "../optimizer-config.ts";
import type { BaseRule, Direction, RuleInput, SlotInfo } from "./transform.ts";
import { addWeightDecay } from "./weight-decay.ts";

export function adam<A, C>(config: AdamConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  return {
    slots: adamSlots,
    direction: (input) =>
      adamDirection(ops, config, { ...input, gradient: addWeightDecay(ops, config.weightDecay, input) }),
  };
}

export const adamSlots: readonly SlotInfo[] = [
  { name: "m", isVelocity: true },
  { name: "v", isVelocity: false },
];

export interface AdamMoments {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam's direction without any decay of weights: what AdamW and LAMB build on. */
export function adamDirection<A, C>(ops: ArrayOps<A, C>, moments: AdamMoments, input: RuleInput<A>): Direction<A> {
  const { beta1, beta2, epsilon } = moments;
  const { gradient, slots, step } = input;
  const m = ops.combine(beta1, slots.m!, 1 - beta1, gradient);
  const v = ops.combine(beta2, slots.v!, 1 - beta2, ops.multiply(gradient, gradient));
  const mean = ops.scale(m, 1 / (1 - beta1 ** step));
  const deviation = ops.sqrt(ops.scale(v, 1 / (1 - beta2 ** step)));
  return { direction: ops.divide(mean, ops.addScalar(deviation, epsilon)), slots: { m, v } };
}

/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6.5), uncentred, without momentum, epsilon outside the root as in PyTorch.
 *
 *   g <- g + d w;  s <- decay s + (1 - decay) g^2;  direction = g / (sqrt(s) + epsilon)
 */
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { RmsPropConfig } from "../optimizer-config.ts";
import type { BaseRule } from "./transform.ts";
import { addWeightDecay } from "./weight-decay.ts";

export function rmsprop<A, C>(config: RmsPropConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  const { decay, epsilon, weightDecay } = config;
  return {
    slots: [{ name: "square", isVelocity: false }],
    direction(input) {
      const gradient = addWeightDecay(ops, weightDecay, input);
      const square = ops.combine(decay, input.slots.square!, 1 - decay, ops.multiply(gradient, gradient));
      const direction = ops.divide(gradient, ops.addScalar(ops.sqrt(square), epsilon));
      return { direction, slots: { square } };
    },
  };
}

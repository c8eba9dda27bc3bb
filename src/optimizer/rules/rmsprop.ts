/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6.5), uncentred, without momentum, epsilon outside the root as in PyTorch.
 *
 *   s <- decay s + (1 - decay) g^2;  direction = g / (sqrt(s) + epsilon)
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { RuleArithmetic } from "./transform.ts";

export function rmsprop<A, C>(
  { decay, epsilon }: BaseOptimizerConfig<"rmsprop">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"rmsprop">> {
  return {
    direction({ gradient, slots }) {
      const square = ops.combine(decay, slots.square, 1 - decay, ops.multiply(gradient, gradient));
      const direction = ops.divide(gradient, ops.addScalar(ops.sqrt(square), epsilon));
      return { direction, slots: { square } };
    },
  };
}

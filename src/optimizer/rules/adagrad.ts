/**
 * AdaGrad, diagonal form (Duchi, Hazan & Singer 2011, Figure 1), epsilon outside the root as in PyTorch; squares start
 * at 0.
 *
 *   s <- s + g^2;  direction = g / (sqrt(s) + epsilon)
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { RuleArithmetic } from "./transform.ts";

export function adagrad<A, C>(
  config: BaseOptimizerConfig<"adagrad">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"adagrad">> {
  return {
    direction({ gradient, slots }) {
      const square = ops.add(slots.square, ops.multiply(gradient, gradient));
      const direction = ops.divide(gradient, ops.addScalar(ops.sqrt(square), config.epsilon));
      return { direction, slots: { square } };
    },
  };
}

/**
 * Lion (Chen et al. 2023, arXiv:2302.06675, Algorithm 2): every weight moves by the whole rate, in the
 * direction of a mean of momentum and gradient; the momentum itself is the slower mean. A weight of which both
 * are 0 does not move: sign(0) = 0.
 *
 *   direction = sign(beta1 m + (1 - beta1) g);  m <- beta2 m + (1 - beta2) g
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { RuleArithmetic } from "./transform.ts";

export function lion<A, C>(
  { beta1, beta2 }: BaseOptimizerConfig<"lion">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"lion">> {
  return {
    direction: ({ gradient, slots }) => ({
      direction: ops.sign(ops.combine(beta1, slots.m, 1 - beta1, gradient)),
      slots: { m: ops.combine(beta2, slots.m, 1 - beta2, gradient) },
    }),
  };
}

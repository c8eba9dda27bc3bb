/**
 * Adam (Kingma & Ba 2015, Algorithm 1): epsilon outside the root and on the corrected moments, unlike TensorFlow and
 * Keras. AdamW (Loshchilov & Hutter 2019, Algorithm 2, schedule multiplier 1) is the same arithmetic; weight-decay.ts
 * keeps its decay out of it.
 *
 *   m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2
 *   direction = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { RuleArithmetic } from "./transform.ts";

export function adam<A, C>(
  { beta1, beta2, epsilon }: BaseOptimizerConfig<"adam" | "adamw" | "lamb">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"adam">> {
  return {
    direction({ gradient, slots, step }) {
      const m = ops.combine(beta1, slots.m, 1 - beta1, gradient);
      const v = ops.combine(beta2, slots.v, 1 - beta2, ops.multiply(gradient, gradient));
      const mean = ops.scale(m, 1 / (1 - beta1 ** step));
      const deviation = ops.sqrt(ops.scale(v, 1 / (1 - beta2 ** step)));
      return { direction: ops.divide(mean, ops.addScalar(deviation, epsilon)), slots: { m, v } };
    },
  };
}

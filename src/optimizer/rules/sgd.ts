/**
 * Stochastic gradient descent, alone or with heavy-ball momentum (Polyak 1964) or Nesterov's (Nesterov 1983), in the
 * form of Sutskever et al. 2013 as PyTorch writes it: the velocity holds gradients, not steps, so the rate may change
 * without rescaling it.
 *
 *   b <- mu b + g  (b_1 = g_1);  direction = g, b, or g + mu b for Nesterov
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { RuleArithmetic } from "./transform.ts";

export function sgd<A>(): RuleArithmetic<A, SlotOf<"sgd">> {
  return { direction: ({ gradient }) => ({ direction: gradient, slots: {} }) };
}

export function momentum<A, C>(
  config: BaseOptimizerConfig<"momentum">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"momentum">> {
  return {
    direction({ gradient, slots }) {
      const velocity = ops.combine(config.momentum, slots.velocity, 1, gradient);
      return { direction: velocity, slots: { velocity } };
    },
  };
}

export function nesterov<A, C>(
  config: BaseOptimizerConfig<"nesterov">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"nesterov">> {
  return {
    direction({ gradient, slots }) {
      const velocity = ops.combine(config.momentum, slots.velocity, 1, gradient);
      return { direction: ops.combine(1, gradient, config.momentum, velocity), slots: { velocity } };
    },
  };
}

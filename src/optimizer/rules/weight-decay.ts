/**
 * Weight decay of strength d, for every rule alike. L2 regularisation is part of the gradient, that of f(w) + d/2
 * ||w||^2. Decoupled decay (Loshchilov & Hutter 2019) shrinks the weight by the learning rate times d, outside the
 * slots: w (1 - rate d) - rate a equals w - rate (a + d w), so it is a term of the direction.
 */
import type { WeightDecay } from "../../config/optimizer/rule-table.ts";
import type { TensorOps } from "../arrays/array-ops.ts";
import type { BaseRule, RuleArithmetic } from "./transform.ts";

export function withWeightDecay<A>(
  rule: RuleArithmetic<A>,
  ops: TensorOps<A>,
  { strength, joins }: { readonly strength: number; readonly joins: WeightDecay["joins"] },
): Omit<BaseRule<A>, "slots" | "lazy"> {
  // Where d is 0 the vector itself: "no decay" costs and changes nothing.
  const decayed = (vector: A, weight: A): A => (strength === 0 ? vector : ops.combine(1, vector, strength, weight));
  return {
    ...rule,
    direction(input) {
      const { gradient: lossGradient, weight } = input;
      if (joins === "gradient") {
        return rule.direction({ ...input, gradient: decayed(lossGradient, weight), lossGradient });
      }
      const { direction, slots } = rule.direction({ ...input, lossGradient });
      return { direction: decayed(direction, weight), slots };
    },
  };
}

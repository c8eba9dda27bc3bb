/**
 * AdaGrad, diagonal form (Duchi, Hazan & Singer 2011, Figure 1), epsilon outside the root as in PyTorch; squares start at 0.
 *
 *   g <- g + d w;  s <- s + g^2;  direction = g / (sqrt(s) + epsilon)
 */
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { AdaGradConfig } from "../optimizer-config.ts";
import type { BaseRule } from "./transform.ts";
import { addWeightDecay } from "./weight-decay.ts";

export function adagrad<A, C>(config: AdaGradConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  return {
    slots: [{ name: "square", isVelocity: false }],
    direction(input) {
      const gradient = addWeightDecay(ops, config.weightDecay, input);
      const square = ops.add(input.slots.square!, ops.multiply(gradient, gradient));
      const direction = ops.divide(gradient, ops.addScalar(ops.sqrt(square), config.epsilon));
      return { direction, slots: { square } };
    },
  };
}

/**
 * Stochastic gradient descent with heavy-ball momentum (Polyak 1964) or Nesterov's (Nesterov 1983), in the form of Sutskever et
 * al. 2013 as PyTorch writes it: the velocity holds gradients, not steps, so the rate may change without rescaling it.
 *
 *   g <- g + d w;  b <- mu b + g  (b_1 = g_1);  direction = b, or g + mu b for Nesterov
 */
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { SgdConfig } from "../optimizer-config.ts";
import type { BaseRule } from "./transform.ts";
import { addWeightDecay } from "./weight-decay.ts";

export function sgd<A, C>(config: SgdConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  const { momentum, nesterov, weightDecay } = config;
  if (momentum === 0) {
    return {
      slots: [],
      direction: (input) => ({ direction: addWeightDecay(ops, weightDecay, input), slots: {} }),
    };
  }
  return {
    slots: [{ name: "velocity", isVelocity: true }],
    direction(input) {
      const gradient = addWeightDecay(ops, weightDecay, input);
      const velocity = ops.combine(momentum, input.slots.velocity!, 1, gradient);
      const direction = nesterov ? ops.combine(1, gradient, momentum, velocity) : velocity;
      return { direction, slots: { velocity } };
    },
  };
}

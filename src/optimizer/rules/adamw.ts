/**
 * AdamW (Loshchilov & Hutter 2019, Algorithm 2, schedule multiplier 1): the weight decays by the learning rate times d, outside
 * the moments. w (1 - rate d) - rate a equals w - rate (a + d w), so the decay is a term of the direction.
 */

import type { ArrayOps } from "../arrays/array-ops.ts";
import type { AdamWConfig } from "../optimizer-config.ts";
import { adamDirection, adamSlots } from "./adam.ts";
import type { BaseRule } from "./transform.ts";
import { addWeightDecay } from "./weight-decay.ts";

export function adamw<A, C>(config: AdamWConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  return {
    slots: adamSlots,
    direction(input) {
      const { direction, slots } = adamDirection(ops, config, input);
      return {
        direction: addWeightDecay(ops, config.weightDecay, { gradient: direction, weight: input.weight }),
        slots,
      };
    },
  };
}

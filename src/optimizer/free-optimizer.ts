/** A rule applied to every tensor on its own: the plain optimizer, and LAWN's free phase. */
import type { ParameterInfo } from "../ranker/ranker-spec.ts";
import type { ArrayOps } from "./arrays/array-ops.ts";
import { named } from "./arrays/named.ts";
import type { BaseRule, Optimizer, OptimizerMemory, Slots, StepInput, StepOutput, Tensors } from "./rules/transform.ts";

export interface OptimizerParts<A, C> {
  readonly rule: BaseRule<A>;
  readonly parameters: readonly ParameterInfo[];
  readonly ops: ArrayOps<A, C>;
}

export function freeOptimizer<A, C>(parts: OptimizerParts<A, C>): Optimizer<A, C> {
  const { rule, parameters, ops } = parts;
  return {
    parameters,
    slots: rule.slots,
    groups: [],
    init: (weights) => ({ step: 0, slots: zeroSlots(parts, weights), lawn: null }),
    step: (input) => freeStep({ rule, parameters, ops }, input),
  };
}

/** Moves every tensor freely; LAWN's memory, if any, is passed on as it is. */
export function freeStep<A, C>(parts: OptimizerParts<A, C>, input: StepInput<A, C>): StepOutput<A, C> {
  const parameters = new Map<string, A>();
  const slots = new Map<string, Slots<A>>();
  for (const info of parts.parameters) {
    const moved = moveFreely(parts, info, input);
    parameters.set(info.name, moved.weight);
    slots.set(info.name, moved.slots);
  }
  return { parameters, memory: { step: input.memory.step + 1, slots, lawn: input.memory.lawn } };
}

/** One tensor's free step: w - learningRate * direction. */
export function moveFreely<A, C>(
  { rule, ops }: OptimizerParts<A, C>,
  info: ParameterInfo,
  { parameters, gradients, memory, learningRate }: StepInput<A, C>,
): { readonly weight: A; readonly slots: Slots<A> } {
  // Tidy tensor by tensor: the next one reuses the buffers of this one's intermediate results.
  return ops.tidy(() => {
    const weight = named("parameters", parameters, info.name);
    const { direction, slots } = rule.direction({
      gradient: named("gradients", gradients, info.name),
      weight,
      slots: named("optimizer state", memory.slots, info.name),
      step: memory.step + 1,
      info,
    });
    const update = rule.rescale === undefined ? direction : rule.rescale(direction, weight, info);
    return { weight: ops.combine(1, weight, -learningRate, update), slots };
  });
}

export function zeroSlots<A, C>(
  { rule, parameters, ops }: OptimizerParts<A, C>,
  weights: Tensors<A>,
): OptimizerMemory<A, C>["slots"] {
  const zeros = (info: ParameterInfo): [string, Slots<A>] => {
    const weight = named("parameters", weights, info.name);
    return [info.name, Object.fromEntries(rule.slots.map((slot) => [slot.name, ops.zerosLike(weight)]))];
  };
  return new Map(parameters.map(zeros));
}

/** A rule applied to every tensor on its own: the plain optimizer, and LAWN's free phase. */
import type { ParameterInfo } from "../ranker/ranker-spec.ts";
import type { ArrayOps } from "./arrays/array-ops.ts";
import { named } from "./arrays/named.ts";
import { firstLastSteps, type RowSteps, rowStepsOf, type TensorState } from "./lazy/row-steps.ts";
import type { BaseRule, Optimizer, OptimizerMemory, Slots, StepInput, StepOutput } from "./rules/transform.ts";
import { slotSize } from "./table-rows.ts";

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
    lazy: rule.lazy,
    groups: [],
    init: () => ({ step: 0, slots: zeroSlots(parts), lastSteps: firstLastSteps(parts, parameters), lawn: null }),
    step: (input) => freeStep({ rule, parameters, ops }, input),
  };
}

/** Moves every tensor freely; LAWN's memory, if any, is passed on as it is. */
export function freeStep<A, C>(parts: OptimizerParts<A, C>, input: StepInput<A, C>): StepOutput<A, C> {
  const parameters = new Map<string, A>();
  const slots = new Map<string, Slots<A>>();
  const rows = rowStepsOf(parts, input);
  for (const info of parts.parameters) {
    const moved = moveFreely(parts, info, input, rows);
    parameters.set(info.name, moved.weight);
    slots.set(info.name, moved.slots);
  }
  const { step, lawn } = input.memory;
  return { parameters, memory: { step: step + 1, slots, lastSteps: rows.lastSteps, lawn } };
}

/** One tensor's free step: w - learningRate * direction. */
export function moveFreely<A, C>(
  { rule, ops }: OptimizerParts<A, C>,
  info: ParameterInfo,
  { parameters, gradients, memory, learningRate }: StepInput<A, C>,
  rows: RowSteps<A, C>,
): TensorState<A> {
  // Tidy tensor by tensor: the next one reuses the buffers of this one's intermediate results.
  return ops.tidy(() => {
    const weight = named("parameters", parameters, info.name);
    const before = { weight, slots: named("optimizer state", memory.slots, info.name) };
    const { direction, slots } = rule.direction({
      gradient: named("gradients", gradients, info.name),
      weight,
      slots: rows.caughtUp(info, before.slots),
      step: memory.step + 1,
      info,
    });
    const update = rule.rescale === undefined ? direction : rule.rescale(direction, weight, info);
    return rows.chosen(info, { weight: ops.combine(1, weight, -learningRate, update), slots }, before);
  });
}

export function zeroSlots<A, C>({ rule, parameters, ops }: OptimizerParts<A, C>): OptimizerMemory<A, C>["slots"] {
  const zeros = (info: ParameterInfo): [string, Slots<A>] => [
    info.name,
    Object.fromEntries(rule.slots.map((slot) => [slot.name, ops.fromHost(new Float32Array(slotSize(slot, info)))])),
  ];
  return new Map(parameters.map(zeros));
}

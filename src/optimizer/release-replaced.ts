/**
 * Freeing what a step replaced: its output shares unchanged arrays with its input, so the
 * input must not be freed whole.
 */

import type { ArrayOps } from "./arrays/array-ops.ts";
import type { StepOutput } from "./rules/transform.ts";

/** Frees the arrays of `before` that `after` no longer holds. `before` must not be used again. */
export function releaseReplaced<A, C>(ops: ArrayOps<A, C>, before: StepOutput<A, C>, after: StepOutput<A, C>): void {
  const kept = new Set<A | C>(arraysOf(after));
  ops.free(arraysOf(before).filter((array) => !kept.has(array)));
}

function arraysOf<A, C>({ parameters, memory }: StepOutput<A, C>): (A | C)[] {
  const slots = [...memory.slots.values()].flatMap((bySlot) => Object.values(bySlot));
  const groups = [...(memory.lawn?.groups.values() ?? [])].flatMap(({ target, constrained, zero, kept }) => [
    target,
    constrained,
    zero,
    kept,
  ]);
  const lastSteps = memory.lastSteps === null ? [] : [memory.lastSteps.users, memory.lastSteps.items];
  return [...parameters.values(), ...slots, ...lastSteps, ...groups];
}

/**
 * An optimizer's memory to the host and back, under the names of optimizer-state.ts; nothing is rounded
 * or recomputed on the way.
 */
import { DataError } from "../errors.ts";
import type { FloatArray, ParameterInfo } from "../ranker/ranker-spec.ts";
import type { ArrayOps } from "./arrays/array-ops.ts";
import { countsLastSteps } from "./lazy/row-steps.ts";
import type { OptimizerState } from "./optimizer-state.ts";
import type { LawnGroupMemory, LawnMemory, Optimizer, OptimizerMemory, Slots } from "./rules/transform.ts";
import { type PerSide, rowCounts, slotSize } from "./table-rows.ts";

/** Host copies; on a device this waits. */
export async function exportState<A, C>(ops: ArrayOps<A, C>, memory: OptimizerMemory<A, C>): Promise<OptimizerState> {
  const tensors = new Map<string, FloatArray>();
  for (const [parameter, slots] of memory.slots) {
    for (const [slot, array] of Object.entries(slots)) tensors.set(slotName(slot, parameter), await ops.toHost(array));
  }
  if (memory.lastSteps !== null) {
    for (const side of sides) tensors.set(lastStepName(side), await ops.blocksToHost(memory.lastSteps[side]));
  }
  if (memory.lawn === null) return { tensors, numbers: { step: memory.step } };

  let { zeroBlocksBefore: zeroBlocks, keptBlocksBefore: keptBlocks } = memory.lawn;
  for (const [group, { target, constrained, zero, kept }] of memory.lawn.groups) {
    tensors.set(targetName(group), await ops.blocksToHost(target));
    tensors.set(constrainedName(group), await ops.blocksToHost(constrained));
    for (const count of await ops.blocksToHost(zero)) zeroBlocks += count;
    for (const count of await ops.blocksToHost(kept)) keptBlocks += count;
  }
  const { switchedAt } = memory.lawn;
  return {
    tensors,
    numbers: {
      step: memory.step,
      "lawn.switchedAt": switchedAt,
      "lawn.zeroBlocks": zeroBlocks,
      "lawn.keptBlocks": keptBlocks,
    },
  };
}

/** Copies `state` in. Throws DataError unless it is exactly the state of this optimizer over these parameters. */
export function importState<A, C>(
  ops: ArrayOps<A, C>,
  optimizer: Optimizer<A, C>,
  state: OptimizerState,
): OptimizerMemory<A, C> {
  checkState(optimizer, state);
  const slotsOf = (info: ParameterInfo): [string, Slots<A>] => {
    const arrays = optimizer.slots.map((slot) => [
      slot.name,
      ops.fromHost(tensor(state, slotName(slot.name, info.name))),
    ]);
    return [info.name, Object.fromEntries(arrays)];
  };
  return {
    step: count(state, "step"),
    slots: new Map(optimizer.parameters.map(slotsOf)),
    lastSteps: countsLastSteps(optimizer) ? importLastSteps(ops, state) : null,
    lawn: optimizer.groups.length === 0 ? null : importLawn(ops, optimizer, state),
  };
}

function importLastSteps<A, C>(ops: ArrayOps<A, C>, state: OptimizerState): PerSide<C> {
  const column = (side: keyof PerSide<C>): C => ops.blocksFromHost(Float64Array.from(lastStepsOf(state, side)));
  return { users: column("users"), items: column("items") };
}

/** Steps that can have been: a row cannot be ahead of the optimizer. */
function lastStepsOf(state: OptimizerState, side: keyof PerSide<unknown>): FloatArray {
  const name = lastStepName(side);
  const values = tensor(state, name);
  const done = count(state, "step");
  const wrong = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= done));
  if (wrong < 0) return values;
  throw new DataError(
    `optimizer state: "${name}" has ${values[wrong]} at row ${wrong}, expected a whole number from 0 to the ${done} steps done`,
  );
}

function importLawn<A, C>(ops: ArrayOps<A, C>, optimizer: Optimizer<A, C>, state: OptimizerState): LawnMemory<C> {
  const blocks = (name: string): C => ops.blocksFromHost(Float64Array.from(tensor(state, name)));
  return {
    switchedAt: count(state, "lawn.switchedAt", -1),
    zeroBlocksBefore: count(state, "lawn.zeroBlocks"),
    keptBlocksBefore: count(state, "lawn.keptBlocks"),
    groups: new Map(
      optimizer.groups.map(({ name, rows }): [string, LawnGroupMemory<C>] => [
        name,
        {
          target: blocks(targetName(name)),
          constrained: blocks(constrainedName(name)),
          zero: ops.blocksFromHost(new Float64Array(rows)),
          kept: ops.blocksFromHost(new Float64Array(rows)),
        },
      ]),
    ),
  };
}

const sides = ["users", "items"] as const;
const lastStepName = (side: keyof PerSide<unknown>): string => `lastStep/${side}`;
const slotName = (slot: string, parameter: string): string => `${slot}/${parameter}`;
const targetName = (group: string): string => `lawn.target/${group}`;
const constrainedName = (group: string): string => `lawn.constrained/${group}`;

function tensor(state: OptimizerState, name: string): FloatArray {
  const found = state.tensors.get(name);
  if (found === undefined) throw new DataError(`optimizer state: tensor "${name}" is missing`);
  return found;
}

function count(state: OptimizerState, name: string, least = 0): number {
  const found = state.numbers[name];
  if (found === undefined || !Number.isSafeInteger(found) || found < least) {
    throw new DataError(
      `optimizer state: number "${name}" is ${found ?? "missing"}, expected a whole number from ${least}`,
    );
  }
  return found;
}

/** Every name and size at once: a state of another optimizer or another ranker differs in many places. */
function checkState<A, C>(optimizer: Optimizer<A, C>, state: OptimizerState): void {
  const sizes = new Map<string, number>();
  for (const info of optimizer.parameters) {
    for (const slot of optimizer.slots) sizes.set(slotName(slot.name, info.name), slotSize(slot, info));
  }
  if (countsLastSteps(optimizer)) {
    const rows = rowCounts(optimizer.parameters);
    for (const side of sides) sizes.set(lastStepName(side), rows[side]);
  }
  for (const { name, rows } of optimizer.groups) sizes.set(targetName(name), rows).set(constrainedName(name), rows);

  const problems: string[] = [];
  for (const [name, size] of sizes) {
    const found = state.tensors.get(name)?.length;
    if (found !== size) problems.push(`"${name}" has ${found ?? "no"} values, expected ${size}`);
  }
  for (const name of state.tensors.keys()) if (!sizes.has(name)) problems.push(`"${name}" is not expected`);
  if (problems.length > 0) {
    const more = problems.length > 3 ? ` and ${problems.length - 3} more` : "";
    throw new DataError(
      `optimizer state of another optimizer or ranker: ${problems.slice(0, 3).join("; ")}${more}; resume with the settings it was written with`,
    );
  }
}

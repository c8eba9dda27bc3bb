/** Parameters and optimizer state between the host and native memory, under the names that every engine shares. */
import { float32Ops } from "../../optimizer/arrays/float-ops.ts";
import { countsLastSteps } from "../../optimizer/lazy/row-steps.ts";
import type { OptimizerConfig } from "../../optimizer/optimizer-config.ts";
import { exportState, importState } from "../../optimizer/optimizer-transfer.ts";
import type {
  LawnGroupMemory,
  LawnMemory,
  Optimizer,
  OptimizerMemory,
  Slots,
} from "../../optimizer/rules/transform.ts";
import { type PerSide, rowCounts, slotSize } from "../../optimizer/table-rows.ts";
import { type FloatArray, sizeOf } from "../../ranker/ranker-spec.ts";
import type { Snapshot } from "../engine.ts";
import { type NativeAddon, type NativeSession, type TensorKind, tensorKinds } from "./native-addon.ts";

export interface NativeState {
  write(snapshot: Snapshot): void;
  read(): Promise<Snapshot>;
}

interface Parts {
  readonly addon: NativeAddon;
  readonly session: NativeSession;
  /** Never stepped: it says which tensors, slots and blocks there are, and carries them to and from OptimizerState. */
  readonly optimizer: Optimizer<Float32Array, Float64Array>;
  readonly config: OptimizerConfig;
}

export function openNativeState(parts: Parts): NativeState {
  const { addon, session, optimizer } = parts;
  const ops = float32Ops();
  return {
    write({ parameters, optimizer: state }) {
      for (const [index, { name }] of optimizer.parameters.entries()) {
        const values = parameters.get(name);
        if (values !== undefined) addon.copyTensor(session, tensorKinds.value, index, asFloat32(values), 1);
      }
      if (state !== null) writeMemory(parts, importState(ops, optimizer, state));
      addon.parametersChanged(session);
    },

    async read() {
      const parameters = new Map(
        optimizer.parameters.map(({ name, shape }, index) => [
          name,
          readTensor(parts, tensorKinds.value, index, sizeOf(shape)),
        ]),
      );
      return { parameters, optimizer: await exportState(ops, readMemory(parts)) };
    },
  };
}

function writeMemory({ addon, session, optimizer }: Parts, memory: OptimizerMemory<Float32Array, Float64Array>): void {
  for (const [index, { name }] of optimizer.parameters.entries()) {
    const values = memory.slots.get(name)!;
    for (const slot of optimizer.slots) addon.copyTensor(session, tensorKinds[slot.kind], index, values[slot.name]!, 1);
  }
  const { lawn } = memory;
  for (const [index, { name }] of optimizer.groups.entries()) {
    const { target, constrained } = lawn!.groups.get(name)!;
    addon.copyGroup(session, index, target, constrained, 1);
  }
  const counts =
    lawn === null
      ? Float64Array.of(memory.step, -1, 0, 0)
      : Float64Array.of(memory.step, lawn.switchedAt, lawn.zeroBlocksBefore, lawn.keptBlocksBefore);
  addon.copyCounts(session, counts, 1);
  if (memory.lastSteps !== null) {
    addon.copyLastSteps(session, 0, memory.lastSteps.users, 1);
    addon.copyLastSteps(session, 1, memory.lastSteps.items, 1);
  }
}

function readMemory(parts: Parts): OptimizerMemory<Float32Array, Float64Array> {
  const { addon, session, optimizer, config } = parts;
  const slotsOf = (index: number): Slots<Float32Array> =>
    Object.fromEntries(
      optimizer.slots.map((slot) => [
        slot.name,
        readTensor(parts, tensorKinds[slot.kind], index, slotSize(slot, optimizer.parameters[index]!)),
      ]),
    );
  const counts = new Float64Array(4);
  addon.copyCounts(session, counts, 0);
  const [step = 0, switchedAt = -1, zeroBlocksBefore = 0, keptBlocksBefore = 0] = counts;
  const slots = new Map(optimizer.parameters.map(({ name }, index) => [name, slotsOf(index)]));
  const lawn: LawnMemory<Float64Array> | null =
    config.lawn === null ? null : { switchedAt, zeroBlocksBefore, keptBlocksBefore, groups: readGroups(parts) };
  return { step, slots, lastSteps: countsLastSteps(optimizer) ? readLastSteps(parts) : null, lawn };
}

function readLastSteps({ addon, session, optimizer }: Parts): PerSide<Float64Array> {
  const rows = rowCounts(optimizer.parameters);
  const columns = { users: new Float64Array(rows.users), items: new Float64Array(rows.items) };
  addon.copyLastSteps(session, 0, columns.users, 0);
  addon.copyLastSteps(session, 1, columns.items, 0);
  return columns;
}

function readGroups({ addon, session, optimizer }: Parts): Map<string, LawnGroupMemory<Float64Array>> {
  const groups = new Map<string, LawnGroupMemory<Float64Array>>();
  for (const [index, { name, rows }] of optimizer.groups.entries()) {
    const memory = {
      target: new Float64Array(rows),
      constrained: new Float64Array(rows),
      zero: new Float64Array(rows), // the addon counts these and the next all together
      kept: new Float64Array(rows),
    };
    addon.copyGroup(session, index, memory.target, memory.constrained, 0);
    groups.set(name, memory);
  }
  return groups;
}

function readTensor({ addon, session }: Parts, kind: TensorKind, index: number, size: number): Float32Array {
  const values = new Float32Array(size);
  addon.copyTensor(session, kind, index, values, 0);
  return values;
}

function asFloat32(values: FloatArray): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/** The fused optimizer's state between device and host, under the shared names of optimizer-state.ts. */
import { float32Ops } from "../../../optimizer/arrays/float-ops.ts";
import type { LawnGroup } from "../../../optimizer/lawn-blocks.ts";
import type { OptimizerConfig } from "../../../optimizer/optimizer-config.ts";
import type { OptimizerState } from "../../../optimizer/optimizer-state.ts";
import { exportState } from "../../../optimizer/optimizer-transfer.ts";
import type { LawnGroupMemory, LawnMemory, Slots } from "../../../optimizer/rules/transform.ts";
import type { ParameterInfo } from "../../../ranker/ranker-spec.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { readBytes } from "../device/read-back.ts";
import { BLOCK_WORDS, blockFields } from "../kernels/update/combine-blocks.ts";
import type { TensorArena } from "../tensors/tensor-arena.ts";

export interface FusedState {
  readonly context: GpuContext;
  readonly account: BufferAccount;
  readonly config: OptimizerConfig;
  readonly parameters: readonly ParameterInfo[];
  readonly groups: readonly LawnGroup[];
  readonly slotNames: readonly string[];
  readonly slots: readonly TensorArena[];
  readonly counters: {
    readonly step: number;
    readonly switchedAt: number;
    readonly zeroBlocksBefore: number;
    readonly keptBlocksBefore: number;
  };
  /** Null without LAWN and trust ratio. */
  readonly blocks: GPUBuffer | null;
}

export async function readFusedState(state: FusedState): Promise<OptimizerState> {
  const { parameters, slotNames, slots, config, counters } = state;
  const bySlot = new Map<string, Slots<Float32Array>>();
  for (const info of parameters) {
    const own: Record<string, Float32Array> = {};
    for (const [index, name] of slotNames.entries()) own[name] = await slots[index]!.read(info);
    bySlot.set(info.name, own);
  }
  const { step, switchedAt, zeroBlocksBefore, keptBlocksBefore } = counters;
  const lawn: LawnMemory<Float64Array> | null =
    config.lawn === null
      ? null
      : { switchedAt, zeroBlocksBefore, keptBlocksBefore, groups: await readGroups(state, state.blocks!) };
  return exportState(float32Ops(), { step, slots: bySlot, lastSteps: null, lawn });
}

/** Targets are float64 elsewhere and float32 here: off by at most 6e-8 of themselves. */
export function writeBlocks(
  to: { readonly context: GpuContext; readonly groups: readonly LawnGroup[]; readonly buffer: GPUBuffer },
  memory: LawnMemory<Float64Array>,
): void {
  const words = new Float32Array(BLOCK_WORDS * blockCount(to.groups));
  let block = 0;
  for (const { name, rows } of to.groups) {
    const { target, constrained } = memory.groups.get(name)!;
    for (let row = 0; row < rows; row++, block++) {
      words[block * BLOCK_WORDS + blockFields.target] = target[row]!;
      words[block * BLOCK_WORDS + blockFields.constrained] = constrained[row]!;
    }
  }
  to.context.device.queue.writeBuffer(to.buffer, 0, words);
}

async function readGroups(
  { context, account, groups }: FusedState,
  buffer: GPUBuffer,
): Promise<Map<string, LawnGroupMemory<Float64Array>>> {
  const bytes = 4 * BLOCK_WORDS * blockCount(groups);
  const words = new Float32Array(await readBytes(context, account, { buffer, offset: 0, bytes }));
  const memories = new Map<string, LawnGroupMemory<Float64Array>>();
  let first = 0;
  for (const { name, rows } of groups) {
    const begin = first;
    const column = (field: number): Float64Array =>
      Float64Array.from({ length: rows }, (_, row) => words[(begin + row) * BLOCK_WORDS + field]!);
    memories.set(name, {
      target: column(blockFields.target),
      constrained: column(blockFields.constrained),
      zero: column(blockFields.zero),
      kept: column(blockFields.kept),
    });
    first += rows;
  }
  return memories;
}

function blockCount(groups: readonly LawnGroup[]): number {
  return groups.reduce((sum, { rows }) => sum + rows, 0);
}

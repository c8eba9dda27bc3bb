/**
 * Every rule, free and under LAWN with every switch, as kernels: one pass over the arena for a free rule,
 * and the passes of kernels/lawn-tiles.ts where norms count. Held equal to the compositions of
 * src/optimizer by the engine contract.
 */
import type { LawnGroup } from "../../../optimizer/lawn-blocks.ts";
import type { BaseOptimizerConfig, OptimizerConfig } from "../../../optimizer/optimizer-config.ts";
import type { OptimizerMemory } from "../../../optimizer/rules/transform.ts";
import type { ParameterInfo } from "../../../ranker/ranker-spec.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, type DispatchPlan, encodeProgram, type Program } from "../device/program.ts";
import type { UpdateNumbers } from "../device/step-numbers.ts";
import { BLOCK_WORDS } from "../kernels/update/combine-blocks.ts";
import { FREE_VALUES, freeUpdateKernel } from "../kernels/update/free-update.ts";
import { needsNorms, ruleWords, slotCount } from "../kernels/update/update-rule.ts";
import { openTensorArena, type TensorArena } from "../tensors/tensor-arena.ts";
import { biasCorrections } from "./bias-correction.ts";
import type { DeviceOptimizer } from "./device-optimizer.ts";
import { readFusedState, writeBlocks } from "./fused-state.ts";
import { type NormBuffers, normPlans } from "./norm-passes.ts";
import { planNorms } from "./norm-runs.ts";

export interface OptimizerParts {
  readonly context: GpuContext;
  readonly account: BufferAccount;
  readonly parameters: readonly ParameterInfo[];
  readonly values: TensorArena;
  readonly gradients: TensorArena;
  readonly stepBuffer: GPUBuffer;
}

export interface FusedOptions extends OptimizerParts {
  readonly config: OptimizerConfig;
  readonly slotNames: readonly string[];
  readonly groups: readonly LawnGroup[];
  /** Null for a fresh state. */
  readonly memory: OptimizerMemory<Float32Array, Float64Array> | null;
}

export async function openFusedOptimizer(options: FusedOptions): Promise<DeviceOptimizer> {
  const { context, account, parameters, config, values, groups, memory, slotNames, stepBuffer } = options;
  const { base: rule, lawn } = config;
  const slots: TensorArena[] = [];
  for (const name of slotNames) slots.push(await openTensorArena(context, account, values.plan, `slots ${name}`));
  for (const [parameter, bySlot] of memory?.slots ?? []) {
    for (const [index, name] of slotNames.entries()) slots[index]!.write(parameter, bySlot[name]!);
  }
  const norms = planNorms(values.plan, parameters, groups);
  const buffers = needsNorms(rule) || lawn !== null ? await allocateNorms(options, norms) : null;
  if (buffers !== null && memory?.lawn) writeBlocks({ context, groups, buffer: buffers.blocks }, memory.lawn);

  const counters = {
    step: memory?.step ?? 0,
    switchedAt: memory?.lawn?.switchedAt ?? -1,
    zeroBlocksBefore: memory?.lawn?.zeroBlocksBefore ?? 0,
    keptBlocksBefore: memory?.lawn?.keptBlocksBefore ?? 0,
  };
  const switchStep = lawn?.switchAt.kind === "step" ? lawn.switchAt.step : Number.POSITIVE_INFINITY;
  const passes = { rule, lawn, norms, values, gradients: options.gradients, slots };
  const bind = (plans: readonly DispatchPlan[]): Promise<Program> => bindProgram(context, account, plans, stepBuffer);
  const free = await bind(
    needsNorms(rule) ? normPlans({ ...passes, lawn: null, buffers: buffers! }) : freePlans(passes),
  );
  const constrained = lawn === null ? free : await bind(normPlans({ ...passes, buffers: buffers! }));
  let isFree = true;

  return {
    take(): UpdateNumbers {
      const switches = counters.switchedAt < 0 && counters.step >= switchStep;
      if (switches) counters.switchedAt = counters.step;
      isFree = lawn === null || (lawn.switchAt.kind === "step" && counters.switchedAt < 0);
      counters.step++;
      const groupSteps = lawn?.state === "reset" && !isFree ? counters.step - counters.switchedAt : counters.step;
      return {
        corrections: biasCorrections(rule, counters.step),
        groupCorrections: biasCorrections(rule, groupSteps),
        switches,
      };
    },

    encode(encoder, slot) {
      const pass = encoder.beginComputePass();
      encodeProgram(pass, isFree ? free : constrained, slot, { pairs: 0, samples: 0 });
      pass.end();
    },

    read: () => readFusedState({ ...options, slots, counters, blocks: buffers?.blocks ?? null }),
  };
}

/** Every piece in one pass. */
function freePlans(parts: {
  readonly rule: BaseOptimizerConfig;
  readonly values: TensorArena;
  readonly gradients: TensorArena;
  readonly slots: readonly TensorArena[];
}): DispatchPlan[] {
  const { rule, values, gradients, slots } = parts;
  return values.plan.pieces.map((length, piece) => ({
    kernel: freeUpdateKernel(rule),
    constants: ruleWords(rule, [length]),
    storage: [
      gradients.pieces[piece]!,
      values.pieces[piece]!,
      ...slots.slice(0, slotCount(rule)).map((arena) => arena.pieces[piece]!),
    ],
    workgroups: () => Math.ceil(length / FREE_VALUES),
  }));
}

async function allocateNorms(
  { context, account, parameters }: FusedOptions,
  norms: ReturnType<typeof planNorms>,
): Promise<NormBuffers> {
  const upload = async (what: string, words: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) => {
    const buffer = await account.storage(what, words.byteLength);
    if (words.length > 0) context.device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  };
  const runs: GPUBuffer[] = [];
  for (const piece of norms.pieces) runs.push(await upload("runs of rows", piece.runs));
  return {
    runs,
    sums: await account.storage("sums of tiles", 16 * norms.sums),
    blocks: await account.storage("blocks of LAWN", 4 * BLOCK_WORDS * Math.max(1, norms.blocks)),
    ratios: await upload("ratios of tensors", new Float32Array(parameters.length).fill(1)),
    exempt: await upload(
      "tensors without a ratio",
      Uint32Array.from(parameters, ({ role }) => (role === "bias" ? 1 : 0)),
    ),
    blockGroups: await upload("groups of blocks", norms.blockGroups.groups),
    blockMembers: await upload("members of groups", norms.blockGroups.members),
    tensorGroups: await upload("tensors", norms.tensorGroups.groups),
    tensorMembers: await upload("parts of tensors", norms.tensorGroups.members),
  };
}

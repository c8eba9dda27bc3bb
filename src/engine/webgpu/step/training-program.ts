/**
 * Everything a session needs to take a step of up to `samples` samples a chunk: memory and bound dispatches, made once
 * and grown when a larger batch comes.
 */
import type { BatchSource } from "../../../dataset/training-batches.ts";
import { samplesPerEpoch, samplesPerPositive } from "../../../dataset/training-batches.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, constantWords, type DispatchPlan, type Program } from "../device/program.ts";
import { DRAW_LANES, drawBatchKernel } from "../kernels/draw-batch.ts";
import type { ChunkPlan } from "../tensors/chunk-plan.ts";
import { allocateBackward, backwardPlans, sumJobWords } from "./backward-plan.ts";
import { allocateForward, forwardPlans, type RankerMemory } from "./forward-plan.ts";
import { allocateSort, sortPlans } from "./sort-plan.ts";
import { allocatePartials, tableGradientPlans } from "./table-gradient-plan.ts";

export interface TrainingProgram {
  /** Samples that fit in a chunk. */
  readonly capacity: number;
  /** [2, pairs]: users, then items of pairs. */
  readonly ids: GPUBuffer;
  readonly pairCapacity: number;
  readonly labels: GPUBuffer;
  /** Null where the samples are to have none. */
  readonly weights: GPUBuffer | null;
  /** Draws a chunk; null without a source, or where the source's samples have weights and these have not. */
  readonly draw: Program | null;
  /** From ids and labels to the loss and the whole gradient. */
  readonly gradient: Program;
  /** Frees all of its memory. */
  close(): void;
}

/** The log on the device: users, items, what each user has seen, and the weights of the rows if there are some. */
export interface DeviceLog {
  readonly source: BatchSource;
  readonly columns: readonly [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];
  readonly weights: GPUBuffer | null;
}

export interface TrainingProgramOptions {
  readonly context: GpuContext;
  readonly ranker: RankerMemory;
  readonly gradients: readonly GPUBuffer[];
  readonly chunks: ChunkPlan;
  readonly capacity: number;
  readonly log: DeviceLog | null;
  readonly stepBuffer: GPUBuffer;
  readonly losses: GPUBuffer;
  readonly embeddingDecay: number;
  /** Whether samples have weights: those of a log with weights must. */
  readonly isWeighted: boolean;
}

export async function openTrainingProgram(options: TrainingProgramOptions): Promise<TrainingProgram> {
  const { context, ranker, gradients, chunks, capacity, log, stepBuffer, losses, embeddingDecay, isWeighted } = options;
  const account = context.buffers.openAccount();
  try {
    const pairs = capacity * chunks.pairsPerSample;
    const forward = await allocateForward(account, ranker.spec, pairs);
    const backward = await allocateBackward(account, ranker, { capacity: pairs, chunks, isWeighted });
    const sort = await allocateSort(account, ranker, forward);
    const partials = await allocatePartials(account, forward);
    const words = sumJobWords(ranker, forward, chunks);
    const jobs = await account.storage("sums to make", words.byteLength);
    context.device.queue.writeBuffer(jobs, 0, words);
    const bind = (plans: readonly DispatchPlan[]) => bindProgram(context, account, plans, stepBuffer);
    const gradient = await bind([
      ...forwardPlans(ranker, forward),
      ...backwardPlans({ ranker, forward, backward, chunks, gradients, jobs, losses }),
      ...sortPlans(ranker, forward, sort),
      ...tableGradientPlans({
        ranker,
        forward,
        backward,
        sort,
        partials,
        gradients,
        isCompared: chunks.pairsPerSample === 2,
        embeddingDecay,
      }),
    ]);
    const draws = log !== null && (log.weights !== null) === isWeighted;
    const draw = draws ? await bind([drawPlan(log, { ids: forward.ids, ...backward }, pairs)]) : null;
    return {
      capacity,
      ids: forward.ids,
      pairCapacity: pairs,
      labels: backward.labels,
      weights: backward.weights,
      draw,
      gradient,
      close: () => account.close(),
    };
  } catch (error) {
    account.close();
    throw error;
  }
}

interface BatchMemory {
  readonly ids: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly weights: GPUBuffer | null;
}

function drawPlan(log: DeviceLog, { ids, labels, weights }: BatchMemory, pairs: number): DispatchPlan {
  const { source, columns } = log;
  return {
    kernel: drawBatchKernel(log.weights !== null),
    constants: constantWords(
      samplesPerEpoch(source) - 1,
      samplesPerPositive(source),
      source.loss === "bpr" ? 1 : 0,
      source.interactions.items,
      pairs,
    ),
    storage: [...columns, ids, labels, ...(log.weights === null || weights === null ? [] : [log.weights, weights])],
    workgroups: ({ samples }) => Math.ceil(samples / DRAW_LANES),
  };
}

/** Copies the log to the device. */
export async function uploadLog(context: GpuContext, account: BufferAccount, source: BatchSource): Promise<DeviceLog> {
  const { interactions, seen } = source;
  const upload = async (what: string, values: Uint32Array | Float32Array): Promise<GPUBuffer> => {
    const buffer = await account.storage(what, values.byteLength);
    const words = values.slice();
    if (words.length > 0) context.device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  };
  return {
    source,
    columns: [
      await upload("the log's users", interactions.userColumn),
      await upload("the log's items", interactions.itemColumn),
      await upload("the seen items' offsets", seen.offsets),
      await upload("the seen items", seen.itemsSorted),
    ],
    weights: interactions.weights === null ? null : await upload("the log's weights", interactions.weights),
  };
}

/**
 * Everything a session needs to take a step of up to `samples` samples a chunk: memory and bound dispatches, made once
 * and grown when a larger batch comes.
 */
import type { LossConfig } from "../../../ranker/loss.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, type DispatchPlan, type Program } from "../device/program.ts";
import { pairsOf } from "../tensors/batch-shape.ts";
import type { ChunkPlan } from "../tensors/chunk-plan.ts";
import { allocateBackward, backwardPlans, sumJobWords } from "./backward-plan.ts";
import { type DeviceLog, drawPlans } from "./draw-plan.ts";
import { allocateForward, forwardPlans, type RankerMemory } from "./forward-plan.ts";
import { allocateSort, sortPlans } from "./sort-plan.ts";
import { allocatePartials, tableGradientPlans } from "./table-gradient-plan.ts";

export interface TrainingProgram {
  /** How its batches are cut. */
  readonly chunks: ChunkPlan;
  /** Samples that fit in a chunk. */
  readonly capacity: number;
  /** [2, pairs]: users, then items of pairs. */
  readonly ids: GPUBuffer;
  readonly pairCapacity: number;
  /** What stands for the user of a pair that has none. */
  readonly noUser: number;
  readonly labels: GPUBuffer;
  /** Null where the samples are to have none. */
  readonly weights: GPUBuffer | null;
  /** Null unless samples share their negatives. */
  readonly masks: GPUBuffer | null;
  /** Draws a chunk; null where batches are given. */
  readonly draw: Program | null;
  /** From ids and labels to the loss and the whole gradient. */
  readonly gradient: Program;
  /** Frees all of its memory. */
  close(): void;
}

export interface TrainingProgramOptions {
  readonly context: GpuContext;
  readonly ranker: RankerMemory;
  readonly gradients: readonly GPUBuffer[];
  readonly chunks: ChunkPlan;
  readonly capacity: number;
  /** Whose samples are of this shape; null where batches are given. */
  readonly log: DeviceLog | null;
  readonly stepBuffer: GPUBuffer;
  readonly losses: GPUBuffer;
  readonly loss: LossConfig;
  readonly itemLogQ: GPUBuffer | null;
  readonly embeddingDecay: number;
}

export async function openTrainingProgram(options: TrainingProgramOptions): Promise<TrainingProgram> {
  const { context, ranker, gradients, chunks, capacity, log, stepBuffer, losses, loss, itemLogQ } = options;
  const { shape } = chunks;
  const account = context.buffers.openAccount();
  try {
    const pairs = pairsOf(shape, capacity);
    const forward = await allocateForward(account, ranker.spec, pairs);
    const backward = await allocateBackward(account, ranker, { samples: capacity, chunks, forward });
    const sort = await allocateSort(account, ranker, forward);
    const partials = await allocatePartials(account, forward);
    const words = sumJobWords(ranker, forward, chunks);
    const jobs = await account.storage("sums to make", words.byteLength);
    context.device.queue.writeBuffer(jobs, 0, words);
    const bind = (plans: readonly DispatchPlan[]) => bindProgram(context, account, plans, stepBuffer);
    const gradient = await bind([
      ...forwardPlans(ranker, forward),
      ...backwardPlans({ ranker, forward, backward, chunks, loss, itemLogQ, gradients, jobs, losses }),
      ...sortPlans(ranker, forward, sort),
      ...tableGradientPlans({
        ranker,
        forward,
        backward,
        sort,
        partials,
        gradients,
        shape,
        embeddingDecay: options.embeddingDecay,
      }),
    ]);
    const { labels, weights } = backward;
    const masks = backward.shared?.masks ?? null;
    const memory = { ids: forward.ids, labels, weights, masks, capacity: pairs };
    const draw = log === null ? null : await bind(drawPlans(log, shape, memory));
    return {
      chunks,
      capacity,
      ids: forward.ids,
      pairCapacity: pairs,
      noUser: ranker.spec.users,
      labels,
      weights,
      masks,
      draw,
      gradient,
      close: () => account.close(),
    };
  } catch (error) {
    account.close();
    throw error;
  }
}

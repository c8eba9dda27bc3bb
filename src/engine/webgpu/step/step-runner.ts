/**
 * Steps cut into chunks, written into slots and submitted a few at a time; at most two submissions wait, so that the
 * host neither stalls the queue nor floods it.
 */
import type { PairBatch } from "../../../dataset/batch.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { encodeProgram } from "../device/program.ts";
import {
  type DrawNumbers,
  noDraws,
  noUpdate,
  pairsPerSplit,
  SLOT_BYTES,
  type UpdateNumbers,
  writeStepNumbers,
} from "../device/step-numbers.ts";
import type { ChunkPlan } from "../tensors/chunk-plan.ts";
import type { DeviceOptimizer } from "../update/device-optimizer.ts";
import type { TrainingProgram } from "./training-program.ts";

export const SLOTS = 64;
/** Most pairs of one submission, unless a single chunk has more: a submission stays well below a second. */
const PAIRS_PER_SUBMISSION = 2 ** 21;
/** More would only keep the host waiting for its losses. */
const STEPS_PER_SUBMISSION = 16;
/** Steps whose losses fit before they must be read. */
export const LOSS_PLACES = 1024;

export interface StepRunner {
  /** Steps of this many samples each, drawn on the device; losses[k] is the k-th step's. Stops once `isOver`. */
  train(
    steps: readonly DrawnStep[],
    draws: DrawNumbers,
    at: { readonly program: TrainingProgram; readonly optimizer: DeviceOptimizer; readonly isOver: () => boolean },
  ): Promise<void>;
  /**
   * The gradient of a given batch, into the gradient arena; with an optimizer, the step as well.
   * The loss lands at index 0.
   */
  run(
    batch: PairBatch,
    at: {
      readonly program: TrainingProgram;
      readonly optimizer: DeviceOptimizer | null;
      readonly learningRate: number;
    },
  ): Promise<void>;
}

export interface DrawnStep {
  readonly firstSample: number;
  readonly samples: number;
  readonly learningRate: number;
}

interface Chunk {
  readonly first: number;
  readonly samples: number;
}

export function createStepRunner(context: GpuContext, chunks: ChunkPlan, stepBuffer: GPUBuffer): StepRunner {
  const { queue } = context.device;
  const numbers = new ArrayBuffer(SLOTS * SLOT_BYTES);

  function fill(
    slot: number,
    chunk: Chunk,
    step: DrawnStep & { readonly index: number; readonly draws: DrawNumbers; readonly update: UpdateNumbers },
  ): void {
    const pairs = chunk.samples * chunks.pairsPerSample;
    writeStepNumbers(
      {
        pairs,
        samples: chunk.samples,
        firstSample: step.firstSample + chunk.first,
        lossIndex: step.index,
        batchLength: step.samples,
        learningRate: step.learningRate,
        adds: chunk.first > 0,
        pairsPerSplit: pairsPerSplit(pairs, chunks.mostSplits),
        update: step.update,
        draws: step.draws,
      },
      slot,
      numbers,
    );
  }

  function submit(encoder: GPUCommandEncoder, slots: number): void {
    queue.writeBuffer(stepBuffer, 0, numbers, 0, slots * SLOT_BYTES);
    queue.submit([encoder.finish()]);
  }

  return {
    async train(steps, draws, { program, optimizer, isOver }) {
      const waiting: Promise<undefined>[] = [];
      for (let index = 0; index < steps.length && !isOver(); ) {
        const encoder = context.device.createCommandEncoder();
        let slot = 0;
        let pairs = 0;
        let taken = 0;
        while (index < steps.length && taken < STEPS_PER_SUBMISSION && pairs < PAIRS_PER_SUBMISSION) {
          const step = steps[index]!;
          const parts = chunksOf(step.samples, chunks.samples);
          if (slot > 0 && slot + parts.length > SLOTS) break;
          const update = optimizer.take();
          for (const chunk of parts) {
            if (slot === SLOTS) throw new RangeError(`a batch of ${step.samples} samples needs over ${SLOTS} chunks`);
            fill(slot, chunk, { ...step, index, draws, update });
            const work = { samples: chunk.samples, pairs: chunk.samples * chunks.pairsPerSample };
            const pass = encoder.beginComputePass();
            encodeProgram(pass, program.draw ?? [], slot, work);
            encodeProgram(pass, program.gradient, slot, work);
            pass.end();
            pairs += work.pairs;
            slot++;
          }
          optimizer.encode(encoder, slot - 1);
          index++;
          taken++;
        }
        submit(encoder, slot);
        waiting.push(queue.onSubmittedWorkDone());
        if (waiting.length > 1) await context.settle(waiting.shift()!);
      }
      for (const work of waiting) await context.settle(work);
    },

    async run(batch, { program, optimizer, learningRate }) {
      const update = optimizer?.take() ?? noUpdate;
      const parts = chunksOf(batch.length, chunks.samples);
      for (const chunk of parts) {
        writeChunk(queue, batch, chunk, program);
        const step = { firstSample: 0, samples: batch.length, learningRate, index: 0, draws: noDraws, update };
        fill(0, chunk, step);
        const encoder = context.device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        const work = { samples: chunk.samples, pairs: chunk.samples * chunks.pairsPerSample };
        encodeProgram(pass, program.gradient, 0, work);
        pass.end();
        const isLast = chunk === parts.at(-1);
        if (isLast) optimizer?.encode(encoder, 0);
        submit(encoder, 1);
      }
      await context.settle(queue.onSubmittedWorkDone());
    },
  };
}

function chunksOf(length: number, most: number): readonly Chunk[] {
  return Array.from({ length: Math.ceil(length / most) }, (_, k) => ({
    first: k * most,
    samples: Math.min(most, length - k * most),
  }));
}

/**
 * The chunk's columns where the kernels look for them: under bpr the negatives are pairs of their
 * own behind the positives.
 */
function writeChunk(queue: GPUQueue, batch: PairBatch, { first, samples }: Chunk, program: TrainingProgram): void {
  const { ids, labels, weights, pairCapacity } = program;
  const write = (index: number, column: Uint32Array): void => {
    queue.writeBuffer(ids, 4 * index, Uint32Array.from(column.subarray(first, first + samples)));
  };
  if (weights !== null && batch.weights !== null) {
    queue.writeBuffer(weights, 0, Float32Array.from(batch.weights.subarray(first, first + samples)));
  }
  write(0, batch.users);
  if (batch.kind === "pointwise") {
    write(pairCapacity, batch.items);
    queue.writeBuffer(labels, 0, Float32Array.from(batch.labels.subarray(first, first + samples)));
  } else {
    write(samples, batch.users);
    write(pairCapacity, batch.positives);
    write(pairCapacity + samples, batch.negatives);
  }
}

/**
 * Steps cut into chunks, written into slots and submitted a few at a time; at most two submissions wait, so that the
 * host neither stalls the queue nor floods it.
 */
import type { Batch } from "../../../dataset/batch.ts";
import type { IdDropout } from "../../../dataset/id-dropout.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { encodeProgram, type Program, type Work } from "../device/program.ts";
import {
  type DrawNumbers,
  noDraws,
  noUpdate,
  pairsPerSplit,
  SLOT_BYTES,
  type UpdateNumbers,
  writeStepNumbers,
} from "../device/step-numbers.ts";
import { pairsOf } from "../tensors/batch-shape.ts";
import type { DeviceOptimizer } from "../update/device-optimizer.ts";
import type { TrainingProgram } from "./training-program.ts";
import { type Chunk, writeChunk } from "./write-chunk.ts";

export const SLOTS = 64;
/** Most pairs of one submission, unless a single chunk has more: a submission stays well below a second. */
const PAIRS_PER_SUBMISSION = 2 ** 21;
/** More would only keep the host waiting for its losses. */
const STEPS_PER_SUBMISSION = 16;
/** Steps whose losses fit before they must be read. */
export const LOSS_PLACES = 1024;

export interface StepRunner {
  /** Mixes the entities alone, for what reads them next. */
  mix(): void;
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
    batch: Batch,
    at: {
      readonly program: TrainingProgram;
      readonly optimizer: DeviceOptimizer | null;
      readonly learningRate: number;
    },
  ): Promise<void>;
}

export interface DrawnStep {
  /** Of the batch, in the epoch. */
  readonly firstSample: number;
  readonly firstBlock: number;
  readonly samples: number;
  readonly learningRate: number;
  readonly idDropout: IdDropout | null;
}

/** `mixing` stands around each step: see mixed-arena.ts. */
export function createStepRunner(
  context: GpuContext,
  stepBuffer: GPUBuffer,
  mixing: { readonly mix: Program; readonly spread: Program },
): StepRunner {
  const { queue } = context.device;
  const numbers = new ArrayBuffer(SLOTS * SLOT_BYTES);

  /** Writes the numbers of a chunk, and says how much work it is. */
  function fill(
    slot: number,
    chunk: Chunk,
    step: DrawnStep & {
      readonly index: number;
      readonly draws: DrawNumbers;
      readonly update: UpdateNumbers;
      readonly program: TrainingProgram;
    },
  ): Work {
    const { shape, mostSplits } = step.program.chunks;
    const pairs = pairsOf(shape, chunk.samples);
    writeStepNumbers(
      {
        pairs,
        samples: chunk.samples,
        firstSample: step.firstSample + chunk.first,
        firstInBatch: chunk.first,
        firstBlock: step.firstBlock + (shape.blockRows === 0 ? 0 : chunk.first / shape.blockRows),
        lossIndex: step.index,
        batchLength: step.samples,
        learningRate: step.learningRate,
        adds: chunk.first > 0,
        pairsPerSplit: pairsPerSplit(pairs, mostSplits),
        update: step.update,
        draws: step.draws,
        idDropout: step.idDropout,
      },
      slot,
      numbers,
    );
    return { samples: chunk.samples, pairs };
  }

  /** From ids to the gradient of a chunk; the first and the last of a step mix and spread. */
  function encodeChunk(
    encoder: GPUCommandEncoder,
    programs: readonly Program[],
    at: { readonly slot: number; readonly work: Work; readonly isFirst: boolean; readonly isLast: boolean },
  ): void {
    const { slot, work, isFirst, isLast } = at;
    const pass = encoder.beginComputePass();
    if (isFirst) encodeProgram(pass, mixing.mix, slot, work);
    for (const program of programs) encodeProgram(pass, program, slot, work);
    if (isLast) encodeProgram(pass, mixing.spread, slot, work);
    pass.end();
  }

  function emptySubmission() {
    return { encoder: context.device.createCommandEncoder(), slots: 0, pairs: 0, steps: 0 };
  }

  function submit(encoder: GPUCommandEncoder, slots: number): void {
    queue.writeBuffer(stepBuffer, 0, numbers, 0, slots * SLOT_BYTES);
    queue.submit([encoder.finish()]);
  }

  return {
    mix() {
      if (mixing.mix.length === 0) return;
      queue.writeBuffer(stepBuffer, 0, new ArrayBuffer(SLOT_BYTES)); // every id is there
      const encoder = context.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      encodeProgram(pass, mixing.mix, 0, { pairs: 0, samples: 0 });
      pass.end();
      queue.submit([encoder.finish()]);
    },

    async train(steps, draws, { program, optimizer, isOver }) {
      const waiting: Promise<undefined>[] = [];
      let open = emptySubmission();

      async function flush(): Promise<void> {
        submit(open.encoder, open.slots);
        open = emptySubmission();
        waiting.push(queue.onSubmittedWorkDone());
        if (waiting.length > 1) await context.settle(waiting.shift()!);
      }

      for (const [index, step] of steps.entries()) {
        if (isOver()) break;
        const parts = chunksOf(step.samples, program.chunks.samples);
        // A step is cut only where it has more chunks than there are slots.
        if (open.slots > 0 && open.slots + parts.length > SLOTS) await flush();
        const update = optimizer.take();
        for (const chunk of parts) {
          if (open.slots === SLOTS) await flush();
          const work = fill(open.slots, chunk, { ...step, index, draws, update, program });
          const ends = { isFirst: chunk === parts[0], isLast: chunk === parts.at(-1) };
          encodeChunk(open.encoder, [program.draw ?? [], program.gradient], { slot: open.slots, work, ...ends });
          open.pairs += work.pairs;
          open.slots++;
        }
        optimizer.encode(open.encoder, open.slots - 1);
        open.steps++;
        if (open.steps === STEPS_PER_SUBMISSION || open.pairs >= PAIRS_PER_SUBMISSION) await flush();
      }
      if (open.slots > 0) await flush();
      for (const work of waiting) await context.settle(work);
    },

    async run(batch, { program, optimizer, learningRate }) {
      const update = optimizer?.take() ?? noUpdate;
      const parts = chunksOf(batch.length, program.chunks.samples);
      const whole = {
        firstSample: 0,
        firstBlock: 0,
        samples: batch.length,
        learningRate,
        index: 0,
        idDropout: batch.idDropout,
      };
      for (const chunk of parts) {
        writeChunk(queue, batch, chunk, program);
        const work = fill(0, chunk, { ...whole, draws: noDraws, update, program });
        const encoder = context.device.createCommandEncoder();
        const ends = { isFirst: chunk === parts[0], isLast: chunk === parts.at(-1) };
        encodeChunk(encoder, [program.gradient], { slot: 0, work, ...ends });
        if (ends.isLast) optimizer?.encode(encoder, 0);
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

/** A chunk of a given batch, written where the kernels look for its columns. */
import { type Batch, type ListwiseBatch, negativesPerBlock } from "../../../dataset/batch.ts";
import { MASK_BITS } from "../kernels/draw/draw-shared.ts";
import { blocksOf } from "../tensors/batch-shape.ts";
import { maskWords } from "./list-plan.ts";
import type { TrainingProgram } from "./training-program.ts";

/** Samples [first, first + samples) of a batch. */
export interface Chunk {
  readonly first: number;
  readonly samples: number;
}

/** In the order of pairsOf (tensors/batch-shape.ts). */
export function writeChunk(queue: GPUQueue, batch: Batch, { first, samples }: Chunk, program: TrainingProgram): void {
  const { ids, labels, weights, pairCapacity } = program;
  const end = first + samples;
  const write = (index: number, column: Uint32Array): void => {
    queue.writeBuffer(ids, 4 * index, Uint32Array.from(column));
  };
  const users = batch.users.subarray(first, end);
  if (weights !== null && batch.weights !== null) {
    queue.writeBuffer(weights, 0, Float32Array.from(batch.weights.subarray(first, end)));
  }
  write(0, users);
  if (batch.kind === "pointwise") {
    write(pairCapacity, batch.items.subarray(first, end));
    queue.writeBuffer(labels, 0, Float32Array.from(batch.labels.subarray(first, end)));
    return;
  }
  write(pairCapacity, batch.positives.subarray(first, end));
  if (program.masks !== null && batch.kind === "listwise") {
    writeBlocks(queue, batch, { first, samples }, program);
    return;
  }
  const perSample = batch.kind === "pairwise" ? 1 : negativesPerBlock(batch);
  for (let j = 0; j < perSample; j++) {
    const at = samples * (1 + j);
    write(at, users);
    const own = new Uint32Array(samples).map((_, k) => batch.negatives[(first + k) * perSample + j]!);
    write(pairCapacity + at, own);
  }
}

/** Negatives of whole blocks, which belong to no user, and what each sample leaves out, a bit a negative. */
function writeBlocks(queue: GPUQueue, batch: ListwiseBatch, { first, samples }: Chunk, program: TrainingProgram): void {
  const { ids, masks, pairCapacity, noUser } = program;
  const { shape } = program.chunks;
  const { negatives, blockRows } = shape;
  const from = (first / blockRows) * negatives;
  const items = Uint32Array.from(batch.negatives.subarray(from, from + blocksOf(shape, samples) * negatives));
  queue.writeBuffer(ids, 4 * samples, new Uint32Array(items.length).fill(noUser));
  queue.writeBuffer(ids, 4 * (pairCapacity + samples), items);
  const words = maskWords(shape);
  const bits = new Uint32Array(samples * words);
  if (batch.masked !== null) {
    const { offsets, places } = batch.masked;
    for (let k = 0; k < samples; k++) {
      for (const place of places.subarray(offsets[first + k], offsets[first + k + 1])) {
        bits[k * words + Math.floor(place / MASK_BITS)]! |= 1 << (place % MASK_BITS);
      }
    }
  }
  queue.writeBuffer(masks!, 0, bits);
}

/** The log on the device, and the dispatches that draw a chunk's samples from it. */
import { type BatchSource, massesOf, samplesPerEpoch, samplesPerPositive } from "../../../dataset/training-batches.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { constantWords, type DispatchPlan } from "../device/program.ts";
import { DRAW_LANES, drawBatchKernel } from "../kernels/draw/draw-batch.ts";
import { drawNegativesKernel, NEGATIVE_LANES } from "../kernels/draw/draw-negatives.ts";
import { drawSharedKernel, maskSeenKernel, SHARED_DRAW_LANES } from "../kernels/draw/draw-shared.ts";
import { type BatchShape, blocksOf, isCompared } from "../tensors/batch-shape.ts";
import { maskWords } from "./list-plan.ts";

/** Users, items, what each user has seen, the weights of the rows and the masses of items if there are some. */
export interface DeviceLog {
  readonly source: BatchSource;
  readonly userColumn: GPUBuffer;
  readonly itemColumn: GPUBuffer;
  readonly seenOffsets: GPUBuffer;
  readonly seenItems: GPUBuffer;
  readonly weights: GPUBuffer | null;
  readonly masses: { readonly itemMass: GPUBuffer; readonly seenMass: GPUBuffer } | null;
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
  const masses = massesOf(source);
  return {
    source,
    userColumn: await upload("the log's users", interactions.userColumn),
    itemColumn: await upload("the log's items", interactions.itemColumn),
    seenOffsets: await upload("the seen items' offsets", seen.offsets),
    seenItems: await upload("the seen items", seen.itemsSorted),
    weights: interactions.weights === null ? null : await upload("the log's weights", interactions.weights),
    masses:
      masses === null
        ? null
        : {
            itemMass: await upload("the items' masses", masses.itemMass),
            seenMass: await upload("the seen items' masses", masses.seenMass),
          },
  };
}

/** Where the drawn samples go. */
export interface BatchMemory {
  readonly ids: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly weights: GPUBuffer | null;
  /** Of shared negatives, else null. */
  readonly masks: GPUBuffer | null;
  /** Pairs that fit. */
  readonly capacity: number;
}

export function drawPlans(log: DeviceLog, shape: BatchShape, memory: BatchMemory): DispatchPlan[] {
  const { source, userColumn, itemColumn, seenOffsets, seenItems, masses } = log;
  const { ids, labels, weights, capacity } = memory;
  const isShared = shape.blockRows > 0;
  const drawsNegatives = masses === null && shape.negatives < 2 && !isShared;
  const ownNegatives = isShared ? 0 : shape.negatives;
  const constants = constantWords(
    samplesPerEpoch(source) - 1,
    samplesPerPositive(source),
    isCompared(shape) ? 1 : 0,
    source.interactions.items,
    capacity,
    ownNegatives,
  );
  const rows: DispatchPlan = {
    kernel: drawBatchKernel({ isWeighted: log.weights !== null, drawsNegatives }),
    constants,
    storage: [
      ...[userColumn, itemColumn, ids, labels],
      ...(drawsNegatives ? [seenOffsets, seenItems] : []),
      ...(log.weights === null || weights === null ? [] : [log.weights, weights]),
    ],
    workgroups: ({ samples }) => Math.ceil(samples / DRAW_LANES),
  };
  if (drawsNegatives) return [rows];
  if (isShared) return [rows, ...sharedPlans(log, shape, memory)];
  const negatives: DispatchPlan = {
    kernel: drawNegativesKernel({ isByMass: masses !== null }),
    constants,
    storage: [seenOffsets, seenItems, ids, ...(masses === null ? [] : [masses.itemMass, masses.seenMass])],
    workgroups: ({ samples }) => Math.ceil((samples * Math.max(1, ownNegatives)) / NEGATIVE_LANES),
  };
  return [rows, negatives];
}

function sharedPlans(log: DeviceLog, shape: BatchShape, { ids, masks, capacity }: BatchMemory): DispatchPlan[] {
  const { source, itemColumn, seenOffsets, seenItems, masses } = log;
  const { blockRows, negatives } = shape;
  const { users, items } = source.interactions;
  const words = maskWords(shape);
  return [
    {
      kernel: drawSharedKernel({ isByMass: masses !== null }),
      constants: constantWords(samplesPerEpoch(source) - 1, users, items, capacity, blockRows, negatives),
      storage: [ids, masses?.itemMass ?? itemColumn],
      workgroups: ({ samples }) => Math.ceil((blocksOf(shape, samples) * negatives) / SHARED_DRAW_LANES),
    },
    {
      kernel: maskSeenKernel,
      constants: constantWords(words, capacity, blockRows, negatives),
      storage: [seenOffsets, seenItems, ids, masks!],
      workgroups: ({ samples }) => Math.ceil((samples * words) / SHARED_DRAW_LANES),
    },
  ];
}

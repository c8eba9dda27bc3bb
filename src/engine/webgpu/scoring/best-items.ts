/**
 * The best items of users without their scores leaving the device: scored and chosen for a few users at a
 * time, only lists read back.
 */
import { NO_ITEM, type TopItems, type TopItemsRequest } from "../../../ranker/scorer.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, constantWords, encodeProgram, type Work } from "../device/program.ts";
import { readBytes } from "../device/read-back.ts";
import { bestItemsKernel, KEY_LANES, maskKeysKernel, scoresOfKeys } from "../kernels/best-items.ts";

/** 16 MiB of keys at once, unless a single catalogue has more. */
const KEYS_AT_ONCE = 2 ** 22;

/** Whether keys and the longest list of one user fit a binding each. */
export function fitsBestItems(items: number, bindingBytes: number): boolean {
  return 8 * items <= bindingBytes;
}

export interface BestItemsParts {
  readonly context: GpuContext;
  readonly stepBuffer: GPUBuffer;
  readonly items: number;
  /** Makes the keys (kernels/best-items.ts) of every item for each of `users`: [users, items]. */
  scoreInto(keys: GPUBuffer, users: Uint32Array): Promise<void>;
  /** Sets the numbers that kernels read as step.pairs and step.samples. */
  writeWork(work: Work): void;
}

/** `request` must have been checked. Its memory is freed before it returns. */
export async function bestItems(parts: BestItemsParts, { users, k, masked }: TopItemsRequest): Promise<TopItems> {
  const { context, items } = parts;
  const found: TopItems = {
    items: new Uint32Array(users.length * k).fill(NO_ITEM), // [users, k]
    scores: new Float32Array(users.length * k).fill(Number.NEGATIVE_INFINITY),
  };
  const most = Math.min(k, items);
  const room = context.bindingBytes / 4;
  const usersAtOnce = Math.max(1, Math.floor(Math.min(KEYS_AT_ONCE / items, room / items, room / (2 * most))));
  for (let start = 0; start < users.length; start += usersAtOnce) {
    const asked = users.slice(start, start + usersAtOnce);
    const indices = indicesOf(masked, start, asked.length, items);
    const account = context.buffers.openAccount();
    try {
      const keys = await account.storage("scores to choose from", 4 * asked.length * items);
      await parts.scoreInto(keys, asked);
      const best = await account.storage("best items", 8 * asked.length * most);
      const left = await account.storage("items left out", 4 * indices.length);
      if (indices.length > 0) context.device.queue.writeBuffer(left, 0, indices);
      const plans = [
        {
          kernel: maskKeysKernel,
          storage: [left, keys],
          workgroups: ({ pairs }: Work) => Math.ceil(pairs / KEY_LANES),
        },
        {
          kernel: bestItemsKernel,
          constants: constantWords(items, most),
          storage: [keys, best],
          workgroups: ({ samples }: Work) => samples,
        },
      ];
      const program = await bindProgram(context, account, plans, parts.stepBuffer);
      const work = { pairs: indices.length, samples: asked.length };
      parts.writeWork(work);
      const encoder = context.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      encodeProgram(pass, program, 0, work);
      pass.end();
      context.device.queue.submit([encoder.finish()]);
      const bytes = await readBytes(context, account, { buffer: best, offset: 0, bytes: 8 * asked.length * most });
      copyLists(new Uint32Array(bytes), found, { start, k, most });
    } finally {
      account.close();
    }
  }
  return found;
}

/** Indices in the keys of the users from `start` on. */
function indicesOf(
  masked: TopItemsRequest["masked"],
  start: number,
  rows: number,
  items: number,
): Uint32Array<ArrayBuffer> {
  if (masked === undefined) return new Uint32Array(0);
  const first = masked.offsets[start]!;
  const indices = Uint32Array.from(masked.items.subarray(first, masked.offsets[start + rows]));
  for (let row = 0; row < rows; row++) {
    const end = masked.offsets[start + row + 1]! - first;
    for (let index = masked.offsets[start + row]! - first; index < end; index++) indices[index]! += row * items;
  }
  return indices;
}

/** From [rows, most, 2], items beside keys. */
function copyLists(
  pairs: Uint32Array,
  found: TopItems,
  { start, k, most }: { readonly start: number; readonly k: number; readonly most: number },
): void {
  const count = pairs.length / 2;
  const scores = scoresOfKeys(Uint32Array.from({ length: count }, (_, index) => pairs[2 * index + 1]!));
  for (let index = 0; index < count; index++) {
    const goal = (start + Math.floor(index / most)) * k + (index % most);
    found.items[goal] = pairs[2 * index]!;
    found.scores[goal] = scores[index]!;
  }
}

/**
 * One kind of values of every tensor (weights, gradients, a slot) on the device, piece by piece,
 * and their way in and out.
 */
import type { FloatArray, ParameterInfo } from "../../../ranker/ranker-spec.ts";
import { sizeOf } from "../../../ranker/ranker-spec.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { readBytes } from "../device/read-back.ts";
import type { ArenaPlan } from "./arena.ts";

export interface TensorArena {
  readonly plan: ArenaPlan;
  readonly pieces: readonly GPUBuffer[];
  /** Copies. */
  write(name: string, values: FloatArray): void;
  read(info: ParameterInfo): Promise<Float32Array>;
}

/** Zeroed; memory of `account`. */
export async function openTensorArena(
  context: GpuContext,
  account: BufferAccount,
  plan: ArenaPlan,
  what: string,
): Promise<TensorArena> {
  const pieces: GPUBuffer[] = [];
  for (const values of plan.pieces) pieces.push(await account.storage(what, 4 * values));
  return {
    plan,
    pieces,
    write(name, values) {
      const floats = Float32Array.from(values);
      for (const { piece, offset, firstRow, rows, width } of plan.parts.get(name) ?? []) {
        context.device.queue.writeBuffer(pieces[piece]!, 4 * offset, floats, firstRow * width, rows * width);
      }
    },
    async read({ name, shape }) {
      const floats = new Float32Array(sizeOf(shape));
      for (const { piece, offset, firstRow, rows, width } of plan.parts.get(name) ?? []) {
        const bytes = await readBytes(context, account, {
          buffer: pieces[piece]!,
          offset: 4 * offset,
          bytes: 4 * rows * width,
        });
        floats.set(new Float32Array(bytes), firstRow * width);
      }
      return floats;
    },
  };
}

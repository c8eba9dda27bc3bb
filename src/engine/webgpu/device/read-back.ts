/** From device memory to the host: copied to memory that can be mapped, waited for, and copied out. */
import type { BufferAccount } from "./buffer-ledger.ts";
import { mapModeRead } from "./buffer-ledger.ts";
import type { GpuContext } from "./gpu-context.ts";

/** Bytes at a time, so that reading a large table does not need as much memory again. */
const MOST_BYTES = 2 ** 26;

/** `bytes` from `offset` on, both multiples of 4. Waits for the device. */
export async function readBytes(
  context: GpuContext,
  account: BufferAccount,
  { buffer, offset, bytes }: { readonly buffer: GPUBuffer; readonly offset: number; readonly bytes: number },
): Promise<ArrayBuffer> {
  const result = new Uint8Array(bytes);
  const staging = await account.staging("values on their way to the host", Math.min(bytes, MOST_BYTES));
  try {
    for (let done = 0; done < bytes; done += MOST_BYTES) {
      const size = Math.min(MOST_BYTES, bytes - done);
      const encoder = context.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset + done, staging, 0, size);
      context.device.queue.submit([encoder.finish()]);
      await context.settle(staging.mapAsync(mapModeRead, 0, size));
      result.set(new Uint8Array(staging.getMappedRange(0, size)), done);
      staging.unmap();
    }
  } finally {
    account.free(staging);
  }
  return result.buffer;
}

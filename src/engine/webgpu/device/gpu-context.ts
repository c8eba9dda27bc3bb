/**
 * One device and what its sessions share: its limits, compiled pipelines, a ledger of the buffers alive, and its
 * failures. A lost device or a refused command is an EngineError at the next call of the session; nothing waits
 * for a device that is gone.
 */
import { EngineError, firstLineOf } from "../../../errors.ts";
import { type BufferLedger, createBufferLedger } from "./buffer-ledger.ts";
import type { Kernel, ProductPrecision } from "./kernel.ts";
import { createPipelineCache } from "./pipeline-cache.ts";

export interface GpuContext {
  readonly device: GPUDevice;
  readonly buffers: BufferLedger;
  /** Compiled once per device. Throws EngineError with the compiler's words. */
  pipelineOf(kernel: Kernel): Promise<GPUComputePipeline>;
  /** Largest buffer that one binding can hold, in bytes, a multiple of 256. */
  readonly bindingBytes: number;
  /** What dense layers multiply in training steps. */
  readonly precision: ProductPrecision;
  /** Throws EngineError once the device is lost or has refused a command. */
  check(): void;
  /** Waits for `work`, but never longer than the device lives. */
  settle<T>(work: Promise<T>): Promise<T>;
  readonly hasFailed: () => boolean;
}

export interface ContextOptions {
  readonly device: GPUDevice;
  /** For messages: which adapter it is. */
  readonly name: string;
  readonly precision: ProductPrecision;
  /** Caps `bindingBytes`, so that a test can split small tables; absent means the device's own limit. */
  readonly largestBinding?: number;
}

const ALIGNMENT_BYTES = 256;
const GRACE_MILLISECONDS = 100;

export function createGpuContext({ device, name, precision, largestBinding }: ContextOptions): GpuContext {
  let failure: string | null = null;
  let lost = false;
  /** Whoever waits for the device; a loss ends every wait. */
  const waiting = new Set<() => void>();
  void device.lost.then(({ reason, message }) => {
    lost = true;
    failure ??= `the device was lost (${reason}${message === "" ? "" : `: ${firstLineOf(message)}`})`;
    for (const end of waiting) end();
  });
  device.onuncapturederror = ({ error }) => {
    failure ??= `the device refused a command: ${firstLineOf(error)}`;
  };
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize, largestBinding ?? Number.POSITIVE_INFINITY);

  function check(): void {
    if (failure === null) return;
    const remedy = lost
      ? "resume from the last checkpoint; if it happens again, try a smaller batch, another driver, or --engine native"
      : "this is a defect of the engine or the driver; --engine native computes the same";
    throw new EngineError(`webgpu engine: ${name}: ${failure}; ${remedy}`);
  }

  async function settle<T>(work: Promise<T>): Promise<T> {
    let end = (): void => undefined;
    const loss = new Promise<void>((resolve) => {
      end = resolve;
    });
    waiting.add(end);
    if (lost) end();
    try {
      const outcome = await Promise.race([
        work.then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        ),
        loss.then(() => ({ error: new Error("the device was lost") })),
      ]);
      check();
      if ("value" in outcome) return outcome.value;
      // What a loss rejects may come a turn before the loss itself.
      if (!lost) await Promise.race([loss, new Promise((resolve) => setTimeout(resolve, GRACE_MILLISECONDS))]);
      check();
      if (outcome.error instanceof EngineError) throw outcome.error;
      throw new EngineError(`webgpu engine: ${name}: ${firstLineOf(outcome.error)}`);
    } finally {
      waiting.delete(end);
    }
  }

  return {
    device,
    buffers: createBufferLedger(device, settle),
    pipelineOf: createPipelineCache(device, settle),
    bindingBytes: Math.floor(most / ALIGNMENT_BYTES) * ALIGNMENT_BYTES,
    precision,
    check,
    settle,
    hasFailed: () => failure !== null,
  };
}

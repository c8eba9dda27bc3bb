/**
 * Every buffer that is alive, by owner: what lets a session free all of its memory at once, and
 * a test count what leaked.
 */
import { EngineError } from "../../../errors.ts";

export interface BufferLedger {
  /** Buffers alive and their bytes, over all owners. */
  readonly alive: () => { readonly buffers: number; readonly bytes: number };
  /** Memory of one owner; `close` frees all of it. */
  openAccount(): BufferAccount;
}

export interface BufferAccount {
  /** Zeroed storage of at least `bytes`. Throws EngineError naming `label` and the sizes where there is no room. */
  storage(label: string, bytes: number): Promise<GPUBuffer>;
  /** As `storage`, for constants that kernels read. */
  uniform(label: string, bytes: number): Promise<GPUBuffer>;
  /** Memory that the host maps to read. */
  staging(label: string, bytes: number): Promise<GPUBuffer>;
  free(buffer: GPUBuffer): void;
  close(): void;
}

/** GPUBufferUsage and GPUMapMode by value: Node has no such globals. */
const bufferUsage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
export const mapModeRead = 1;

export function createBufferLedger(device: GPUDevice, settle: <T>(work: Promise<T>) => Promise<T>): BufferLedger {
  let buffers = 0;
  let bytesAlive = 0;

  async function create(label: string, bytes: number, usage: number): Promise<GPUBuffer> {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > device.limits.maxBufferSize) {
      throw new EngineError(
        `webgpu engine: ${label} needs a buffer of ${size} bytes, and the device's largest has ${device.limits.maxBufferSize}`,
      );
    }
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const buffer = device.createBuffer({ label, size, usage });
    const exhausted = device.popErrorScope();
    const refused = device.popErrorScope();
    const problem = (await settle(exhausted)) ?? (await settle(refused));
    if (problem !== null) {
      buffer.destroy();
      throw new EngineError(
        `webgpu engine: no room on the device for ${label}, ${size} bytes besides the ${bytesAlive} in use; use a smaller batch or ranker, or --engine native`,
      );
    }
    buffers++;
    bytesAlive += size;
    return buffer;
  }

  return {
    alive: () => ({ buffers, bytes: bytesAlive }),
    openAccount() {
      const owned = new Set<GPUBuffer>();
      const own = async (label: string, bytes: number, usage: number): Promise<GPUBuffer> => {
        const buffer = await create(label, bytes, usage);
        owned.add(buffer);
        return buffer;
      };
      const free = (buffer: GPUBuffer): void => {
        if (!owned.delete(buffer)) return;
        buffers--;
        bytesAlive -= buffer.size;
        buffer.destroy();
      };
      const { mapRead, copySource, copyTarget, uniform, storage } = bufferUsage;
      return {
        storage: (label, bytes) => own(label, bytes, storage | copySource | copyTarget),
        uniform: (label, bytes) => own(label, bytes, uniform | copyTarget),
        staging: (label, bytes) => own(label, bytes, mapRead | copyTarget),
        free,
        close() {
          for (const buffer of [...owned]) free(buffer);
        },
      };
    },
  };
}

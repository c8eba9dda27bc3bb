/**
 * Training on a GPU with nothing to install but npm: WGSL kernels through Dawn (npm `webgpu`). Draws, forward,
 * backward, table gradients and update all run on the device; a step moves nothing over the bus. On one device and
 * driver the same start and batches give the same bits; between devices sums may differ by float32 rounding. Every
 * kernel names its plain twin.
 */
import { EngineError, firstLineOf } from "../../errors.ts";
import { precisionOf } from "../check-ranker.ts";
import { checkedSessionOptions } from "../check-session-options.ts";
import type { Engine } from "../engine.ts";
import { refuseLack, taskOfSession } from "../engine-lacks.ts";
import type { EngineOptions, EngineProvider } from "../engine-provider.ts";
import { withOwnErrors } from "../own-errors.ts";
import { adapterName, factsOf, findAdapter, requireAdapter } from "./device/gpu-adapter.ts";
import type { GpuContext } from "./device/gpu-context.ts";
import type { ProductPrecision } from "./device/kernel.ts";

export interface WebgpuOptions {
  readonly allowSoftwareAdapter?: boolean;
  readonly halfPrecision?: boolean;
  /** Bytes that one binding may hold; absent is the device's own limit. For tests of split tables. */
  readonly largestBinding?: number;
}

export interface WebgpuEngine extends Engine {
  /** The device that all sessions of the process share, opened by the first and again after one was lost. */
  context(): Promise<GpuContext>;
}

/** The adapter's word for float16 in kernels. */
const halfFeature = "shader-f16";

export const webgpuProvider: EngineProvider = {
  name: "webgpu",
  probe: async ({ allowSoftwareAdapter = false, halfPrecision = false }) => {
    const found = await findAdapter({ allowSoftware: allowSoftwareAdapter });
    if (found.facts === null) {
      const { reason, remedy, isWithoutGpu } = found;
      return { available: false, reason, remedy, isNormal: isWithoutGpu };
    }
    return { available: true, description: describe(adapterName(found.facts), precisionFor(halfPrecision)) };
  },
  open: async (options) => {
    refuseThreads(options);
    return openWebgpuEngine(options);
  },
};

/** By the options that a device depends on: kernels are compiled once a process, however many engines it opens. */
const contexts = new Map<string, Promise<GpuContext>>();

/** Throws EngineError where there is no adapter that may be used. */
export async function openWebgpuEngine(options: WebgpuOptions = {}): Promise<WebgpuEngine> {
  const allowSoftware = options.allowSoftwareAdapter ?? false;
  const precision = precisionFor(options.halfPrecision ?? false);
  const wishes = { allowSoftware, isHalf: precision === "float16" };
  const adapter = await requireAdapter(wishes);
  const name = adapterName(factsOf(adapter)!);
  if (precision === "float16" && !adapter.features.has(halfFeature)) {
    throw new EngineError(
      `webgpu engine: half precision is asked for, but ${name} does not offer ${halfFeature}; leave --half-precision out`,
    );
  }
  const { largestBinding } = options;
  const key = `${allowSoftware} ${precision} ${largestBinding}`;

  async function openContext(): Promise<GpuContext> {
    // A device needs an adapter of its own: each gives one device.
    const { createGpuContext } = await import("./device/gpu-context.ts");
    const device = await requestDevice(await requireAdapter(wishes), name, precision);
    return createGpuContext({ device, name, precision, ...(largestBinding === undefined ? {} : { largestBinding }) });
  }

  async function context(): Promise<GpuContext> {
    const known = contexts.get(key);
    if (known !== undefined && !(await known).hasFailed()) return known;
    // Whoever else waited for the same failed device may have been quicker.
    if (known !== contexts.get(key)) return context();
    const opening = openContext();
    contexts.set(key, opening);
    opening.catch(() => contexts.delete(key));
    return opening;
  }

  return {
    name: "webgpu",
    description: describe(name, precision),
    context,
    async open(options) {
      const session = withOwnErrors("webgpu engine: no session", () => checkedSessionOptions(options));
      refuseLack("webgpu", taskOfSession(session));
      if (precisionOf(session.start.parameters) !== "float32") {
        throw new EngineError(
          "webgpu engine: parameters are float64, expected float32; the reference engine takes float64",
        );
      }
      // The session and its kernels are some fifty files, which machines without a GPU do not load.
      const { openWebgpuSession } = await import("./webgpu-session.ts");
      return openWebgpuSession(await context(), session);
    },
  };
}

async function requestDevice(adapter: GPUAdapter, name: string, precision: ProductPrecision): Promise<GPUDevice> {
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  try {
    return await adapter.requestDevice({
      label: "lawn-ranker",
      requiredFeatures: precision === "float16" ? [halfFeature] : [],
      requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
    });
  } catch (error) {
    throw new EngineError(`webgpu engine: ${name} gives no device: ${firstLineOf(error)}; update its driver`);
  }
}

function refuseThreads({ threads }: EngineOptions): void {
  if (threads === undefined) return;
  throw new EngineError(`webgpu engine: threads is ${threads}, but its work runs on the GPU; leave threads out`);
}

function precisionFor(isHalf: boolean): ProductPrecision {
  return isHalf ? "float16" : "float32";
}

function describe(name: string, precision: ProductPrecision): string {
  return `webgpu: ${name}, float32${precision === "float16" ? ", dense layers multiply float16" : ""}`;
}

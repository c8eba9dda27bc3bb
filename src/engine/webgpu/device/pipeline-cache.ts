/** Kernels compiled once per device, however many sessions use them. */
import { EngineError } from "../../../errors.ts";
import type { Binding, Kernel } from "./kernel.ts";

/** GPUShaderStage.COMPUTE by value. */
const computeStage = 4;

const bindingTypes: Readonly<Record<Binding, GPUBufferBindingLayout>> = {
  step: { type: "uniform", hasDynamicOffset: true },
  constants: { type: "uniform" },
  read: { type: "read-only-storage" },
  write: { type: "storage" },
};

export function createPipelineCache(
  device: GPUDevice,
  settle: <T>(work: Promise<T>) => Promise<T>,
): (kernel: Kernel) => Promise<GPUComputePipeline> {
  const pipelines = new Map<string, Promise<GPUComputePipeline>>();

  async function compile({ label, bindings, code }: Kernel): Promise<GPUComputePipeline> {
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label, code });
    const layout = device.createPipelineLayout({
      bindGroupLayouts: [
        device.createBindGroupLayout({
          entries: bindings.map((binding, index) => ({
            binding: index,
            visibility: computeStage,
            buffer: bindingTypes[binding],
          })),
        }),
      ],
    });
    const compiling = device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: "main" } });
    compiling.catch(() => undefined); // told below, with the compiler's words
    const refused = await settle(device.popErrorScope());
    if (refused !== null) throw new EngineError(`webgpu engine: kernel ${label} was refused: ${refused.message}`);
    return settle(compiling);
  }

  return (kernel) => {
    const known = pipelines.get(kernel.code);
    if (known !== undefined) return known;
    const compiling = compile(kernel);
    pipelines.set(kernel.code, compiling);
    compiling.catch(() => pipelines.delete(kernel.code));
    return compiling;
  };
}

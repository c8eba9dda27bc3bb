/** A fixed sequence of dispatches over fixed buffers: bound once, encoded for every step without allocating. */
import type { BufferAccount } from "./buffer-ledger.ts";
import type { GpuContext } from "./gpu-context.ts";
import { foldWorkgroups, type Kernel } from "./kernel.ts";
import { SLOT_BYTES } from "./step-numbers.ts";

export interface Work {
  readonly pairs: number;
  readonly samples: number;
}

export type StorageBinding = GPUBuffer | { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };

export interface DispatchPlan {
  readonly kernel: Kernel;
  /** The kernel's own constants; whole numbers as they are, others as float32 bits. */
  readonly constants?: Uint32Array<ArrayBuffer>;
  /** In the order of the kernel's "read" and "write" bindings. */
  readonly storage: readonly StorageBinding[];
  /** Workgroups for this much work; 0 leaves the dispatch out. */
  readonly workgroups: (work: Work) => number;
}

export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly readsStep: boolean;
  readonly workgroups: (work: Work) => number;
}

export type Program = readonly Dispatch[];

export async function bindProgram(
  context: GpuContext,
  account: BufferAccount,
  plans: readonly DispatchPlan[],
  stepBuffer: GPUBuffer,
): Promise<Program> {
  const pipelines = await Promise.all(plans.map(({ kernel }) => context.pipelineOf(kernel)));
  const program: Dispatch[] = [];
  for (const [index, { kernel, constants, storage, workgroups }] of plans.entries()) {
    const pipeline = pipelines[index]!;
    let constantsBuffer: GPUBuffer | null = null;
    if (constants !== undefined) {
      constantsBuffer = await account.uniform(`constants of ${kernel.label}`, constants.byteLength);
      context.device.queue.writeBuffer(constantsBuffer, 0, constants);
    }
    const rest = [...storage];
    const entries = kernel.bindings.map((binding, number): GPUBindGroupEntry => {
      if (binding === "step") return { binding: number, resource: { buffer: stepBuffer, size: SLOT_BYTES } };
      if (binding === "constants") return { binding: number, resource: { buffer: constantsBuffer! } };
      const next = rest.shift()!;
      return { binding: number, resource: "buffer" in next ? next : { buffer: next } };
    });
    program.push({
      label: kernel.label,
      pipeline,
      group: context.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
      readsStep: kernel.bindings.includes("step"),
      workgroups,
    });
  }
  return program;
}

/** Encodes the whole program for the step whose numbers stand in `slot`. */
export function encodeProgram(pass: GPUComputePassEncoder, program: Program, slot: number, work: Work): void {
  const offsets = [slot * SLOT_BYTES];
  for (const { pipeline, group, readsStep, workgroups } of program) {
    const count = workgroups(work);
    if (count === 0) continue;
    const [x, y] = foldWorkgroups(count);
    pass.setPipeline(pipeline);
    if (readsStep) pass.setBindGroup(0, group, offsets);
    else pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
  }
}

/** Whole numbers and float32 numbers in one array of words: `float(x)` marks the latter. */
export function constantWords(...values: readonly (number | { readonly float: number })[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(values.length / 4) * 4);
  const floats = new Float32Array(words.buffer);
  for (const [index, value] of values.entries()) {
    if (typeof value === "number") words[index] = value;
    else floats[index] = value.float;
  }
  return words;
}

export const float = (value: number): { readonly float: number } => ({ float: value });

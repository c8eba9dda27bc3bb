/**
 * Gradients of the dense tensors from their sums over runs of pairs, first run to last: [dW | db] of every layer and of the head.
 *
 *   jobs: per tensor pair, where its runs [runs, rows, columns] begin and where dW [rows, columns - 1] and db [rows] go
 *
 * Twin: the float64 sums of reference/gradient-buffers.ts. Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../kernel.ts";
import { stepStruct } from "../step-numbers.ts";

export const SUM_LANES = 64;

export interface SplitJob {
  readonly rows: number;
  readonly columns: number;
  readonly splitsOffset: number;
  readonly weightOffset: number;
  readonly biasOffset: number;
}

/** Six words a job: the number of values before it, then its own. */
export function jobWords(jobs: readonly SplitJob[]): Uint32Array<ArrayBuffer> {
  let before = 0;
  return Uint32Array.from(
    jobs.flatMap(({ rows, columns, splitsOffset, weightOffset, biasOffset }) => {
      const words = [before, rows, columns, splitsOffset, weightOffset, biasOffset];
      before += rows * columns;
      return words;
    }),
  );
}

/** Constants: number of jobs, values of all jobs. Storage: jobs, splits, gradient piece. */
export const sumSplitsKernel: Kernel = {
  label: "sum-splits",
  bindings: ["step", "constants", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Job {
  before: u32,
  rows: u32,
  columns: u32,
  splitsOffset: u32,
  weightOffset: u32,
  biasOffset: u32,
}
@group(0) @binding(1) var<uniform> total: vec4u; // jobs, values
@group(0) @binding(2) var<storage, read> jobs: array<Job>;
@group(0) @binding(3) var<storage, read> splits: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(${SUM_LANES})
fn main(${builtins}) {
  let place = (${workgroupNumber}) * ${SUM_LANES}u + lane;
  if (place >= total.y) { return; }
  var j = 0u;
  while (j + 1u < total.x && jobs[j + 1u].before <= place) { j++; }
  let job = jobs[j];
  let within = place - job.before;
  let row = within / job.columns;
  let column = within - row * job.columns;
  let target_ = select(job.weightOffset + row * (job.columns - 1u) + column, job.biasOffset + row, column + 1u == job.columns);
  var sum = 0.0;
  if (step.adds != 0u) { sum = gradient[target_]; }
  let runs = (step.pairs + step.pairsPerSplit - 1u) / step.pairsPerSplit;
  for (var run = 0u; run < runs; run++) { sum += splits[job.splitsOffset + run * job.rows * job.columns + within]; }
  gradient[target_] = sum;
}
`,
};

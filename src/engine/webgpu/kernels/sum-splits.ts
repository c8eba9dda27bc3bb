/**
 * Gradients of the dense tensors from their sums over runs of pairs: [dW | db] of every layer and of the head. Groups
 * of threads take every 16th run each and are then added as a tree.
 *
 *   jobs: per tensor pair, where its runs [runs, rows, columns] begin and where dW [rows, columns - 1] and db [rows] go
 *
 * Twin: the float64 sums of reference/gradient-buffers.ts. Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

/** Values that one workgroup sums. */
export const SUM_VALUES = 16;
const RUN_LANES = 16;
const LANES = SUM_VALUES * RUN_LANES;

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

var<workgroup> sums: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SUM_VALUES}u + lane % ${SUM_VALUES}u;
  let isThere = index < total.y;
  var j = 0u;
  while (j + 1u < total.x && jobs[j + 1u].before <= index) { j++; }
  let job = jobs[j];
  let within = index - job.before;
  var sum = 0.0;
  if (isThere) {
    let runs = (step.pairs + step.pairsPerSplit - 1u) / step.pairsPerSplit;
    for (var run = lane / ${SUM_VALUES}u; run < runs; run += ${RUN_LANES}u) {
      sum += splits[job.splitsOffset + run * job.rows * job.columns + within];
    }
  }
  sums[lane] = sum;
  for (var half = ${LANES / 2}u; half >= ${SUM_VALUES}u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (!isThere || lane >= ${SUM_VALUES}u) { return; }
  let row = within / job.columns;
  let column = within - row * job.columns;
  let goal = select(job.weightOffset + row * (job.columns - 1u) + column, job.biasOffset + row, column + 1u == job.columns);
  if (step.adds != 0u) { gradient[goal] += sums[lane]; } else { gradient[goal] = sums[lane]; }
}
`,
};

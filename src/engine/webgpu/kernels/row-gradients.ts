/**
 * Gradients of the tables, a workgroup per row: the row's pairs lie together in the sorted order and are summed in that order, without
 * atomics, so that runs repeat bit for bit. A row without pairs gets 0.
 *
 *   dot   d row = sum of slope partner            gmf   d row = sum of slope head partner
 *   mlp   d row = sum of its half of dX           bias  d row = sum of slope; 0 for users under bpr
 *   and for all but biases the embedding decay, as often as the row was looked up (reference/embedding-decay.ts)
 *
 * `parts` groups of 64 lanes share a row's pairs; lane l of each has columns l, l + 64, ... Twins: reference/backward.ts and
 * gradient-buffers.ts. Bound by memory; the longest row bounds it from below.
 */
import { builtins, type Kernel, workgroupNumber } from "../kernel.ts";
import { stepStruct } from "../step-numbers.ts";

const COLUMN_LANES = 64;
/** Tables of one side. */
export const MOST_TABLES = 4;

export const rowGradientModes = { Dot: 0, Gmf: 1, Mlp: 2, Bias: 3 } as const;

/** Constants: see `Side`. Storage: starts, order, slopes, features, inputDelta, values (the head's piece), values and gradient of the rows' piece. */
export const rowGradientsKernel = (parts: 1 | 4): Kernel => ({
  label: `row-gradients ${parts}`,
  bindings: ["step", "constants", "read", "read", "read", "read", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Side {
  firstRow: u32,
  rows: u32,
  columns: u32, // of all tables together
  tables: u32,
  startsAt: u32,
  orderAt: u32,
  stride: u32, // of features
  inputs: u32, // of dX
  headOffset: u32,
  userIsCompared: u32,
  embeddingDecay: f32,
  unused: u32,
  table: array<Table, ${MOST_TABLES}>,
}
struct Table {
  mode: u32,
  before: u32, // columns of the tables before it
  width: u32,
  partner: u32, // column of features, or of dX
  firstRow: u32,
  rows: u32,
  offset: u32,
  unused: u32,
}
@group(0) @binding(1) var<uniform> side: Side;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> slopes: array<f32>;
@group(0) @binding(5) var<storage, read> features: array<f32>;
@group(0) @binding(6) var<storage, read> inputDelta: array<f32>;
@group(0) @binding(7) var<storage, read> values: array<f32>;
@group(0) @binding(8) var<storage, read> weights: array<f32>;
@group(0) @binding(9) var<storage, read_write> gradient: array<f32>;
${parts === 1 ? "" : `var<workgroup> sums: array<f32, ${parts * COLUMN_LANES}>;`}

fn share(mode: u32, pair: u32, partner: u32, column: u32) -> f32 {
  switch (mode) {
    case ${rowGradientModes.Dot}u: { return slopes[pair] * features[pair * side.stride + partner + column]; }
    case ${rowGradientModes.Gmf}u: {
      return slopes[pair] * values[side.headOffset + column] * features[pair * side.stride + partner + column];
    }
    case ${rowGradientModes.Mlp}u: { return inputDelta[pair * side.inputs + partner + column]; }
    default: { return select(slopes[pair], 0.0, side.userIsCompared != 0u); }
  }
}

@compute @workgroup_size(${parts * COLUMN_LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  if (number >= side.rows) { return; }
  let row = side.firstRow + number;
  let first = starts[side.startsAt + row];
  let end = starts[side.startsAt + row + 1u];
  for (var base = 0u; base < side.columns; base += ${COLUMN_LANES}u) {
    let column = base + lane % ${COLUMN_LANES}u;
    var t = 0u;
    while (t + 1u < side.tables && side.table[t + 1u].before <= column) { t++; }
    let table = side.table[t];
    let within = column - table.before;
    let isMine = column < side.columns && row - table.firstRow < table.rows;
    var sum = 0.0;
    if (isMine) {
      for (var place = first + lane / ${COLUMN_LANES}u; place < end; place += ${parts}u) {
        sum += share(table.mode, order[side.orderAt + place], table.partner, within);
      }
    }
${
  parts === 1
    ? ""
    : `    workgroupBarrier();
    sums[lane] = sum;
    workgroupBarrier();
    sum = sums[lane % ${COLUMN_LANES}u];
    for (var part = 1u; part < ${parts}u; part++) { sum += sums[part * ${COLUMN_LANES}u + lane % ${COLUMN_LANES}u]; }`
}
    if (isMine && lane < ${COLUMN_LANES}u) {
      let goal = table.offset + (row - table.firstRow) * table.width + within;
      if (side.embeddingDecay > 0.0 && table.mode != ${rowGradientModes.Bias}u) {
        sum += side.embeddingDecay * step.inverseBatch * f32(end - first) * weights[goal];
      }
      if (step.adds != 0u) { sum += gradient[goal]; }
      gradient[goal] = sum;
    }
  }
}
`,
});

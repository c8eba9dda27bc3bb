/**
 * What row-gradients.ts leaves of the tables' gradients: rows that cross the borders of blocks get the sum of
 * their partials, first block to last; rows without pairs get 0; and every row gets the decay of its embeddings,
 * as often as it was looked up.
 *
 * Where a row crosses many borders, all rows' lanes of the workgroup share its partials and their sums are added in the
 * order of lanes. Twins: reference/backward.ts, gradient-buffers.ts and embedding-decay.ts. Bound by memory.
 */
import { WORKGROUP_LANES } from "../device/column-lanes.ts";
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";
import { sideTables, tableModes } from "./side-tables.ts";

const { Bias, GivenBias, Idle } = tableModes;

/** Rows with more partials are shared. */
const MOST_ALONE = 16;

/** Constants: see `Sides`. Storage: starts, partials, values and gradient of the tables' piece. */
export const crossingRowsKernel: Kernel = {
  label: "crossing-rows",
  bindings: ["step", "constants", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}${sideTables}
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> partials: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<f32>;
var<workgroup> longMarks: atomic<u32>;
var<workgroup> longRows: u32; // bit k: row k of those at once has many partials
var<workgroup> sums: array<f32, ${WORKGROUP_LANES}>;

struct Run {
  pairs: u32,
  firstBlock: u32,
  partials: u32, // 0 where the row lies in one block
}

fn runOf(s: u32, row: u32) -> Run {
  let first = starts[sides.side[s].startsAt + row];
  let end = starts[sides.side[s].startsAt + row + 1u];
  var run: Run;
  run.pairs = end - first;
  if (run.pairs > 0u) {
    run.firstBlock = first / pairsPerBlock();
    let borders = (end - 1u) / pairsPerBlock() - run.firstBlock;
    run.partials = select(borders + 1u, 0u, borders == 0u);
  }
  return run;
}

fn partial(unit: Unit, run: Run, k: u32) -> f32 {
  return partials[partialAt(unit.side, run.firstBlock + k, select(0u, 1u, k == 0u), unit.column)];
}

// Partials first, first + apart, ...
fn sumOf(unit: Unit, run: Run, first: u32, apart: u32) -> f32 {
  var sum = 0.0;
  var k = first;
  for (; k + 3u * apart < run.partials; k += 4u * apart) {
    let a = partial(unit, run, k);
    let b = partial(unit, run, k + apart);
    let c = partial(unit, run, k + 2u * apart);
    let d = partial(unit, run, k + 3u * apart);
    sum = sum + a + b + c + d;
  }
  for (; k < run.partials; k += apart) { sum += partial(unit, run, k); }
  return sum;
}

fn decayOf(s: u32, own: Table, run: Run, goal: u32) -> f32 {
  let decays = own.mode != ${Bias}u && own.mode != ${GivenBias}u && own.mode != ${Idle}u;
  if (sides.embeddingDecay == 0.0 || !decays) { return 0.0; }
  return sides.embeddingDecay * step.inverseBatch * f32(run.pairs / sides.side[s].pairsPerLookUp) * weights[goal];
}

@compute @workgroup_size(${WORKGROUP_LANES})
fn main(${builtins}) {
  let unit = unitOf(${workgroupNumber}, lane, vec2u(sides.side[0].rows, sides.side[1].rows));
  let s = unit.side;
  let own = tableOf(s, unit.column);
  let within = unit.column - own.before;
  let row = sides.side[s].firstRow + unit.index;
  if (unit.isThere && row - own.firstRow < own.rows) {
    let run = runOf(s, row);
    let goal = own.offset + (row - own.firstRow) * own.width + within;
    if (run.partials > ${MOST_ALONE}u) {
      atomicOr(&longMarks, 1u << unit.share);
    } else if (run.pairs == 0u) {
      if (step.adds == 0u) { gradient[goal] = 0.0; }
    } else if (run.partials > 0u) {
      var sum = sumOf(unit, run, 0u, 1u) + decayOf(s, own, run, goal);
      if (step.adds != 0u) { sum += gradient[goal]; }
      gradient[goal] = sum;
    } else if (sides.embeddingDecay != 0.0) {
      gradient[goal] += decayOf(s, own, run, goal);
    }
  }
  workgroupBarrier();
  if (lane == 0u) { longRows = atomicLoad(&longMarks); }
  // Rows at once have the same columns: one lane of each has this lane's.
  for (var left = workgroupUniformLoad(&longRows); left != 0u; left &= left - 1u) {
    let longRow = row + firstTrailingBit(left) - unit.share;
    let isMine = unit.share < sides.side[s].atOnce && unit.column < sides.side[s].columns && longRow - own.firstRow < own.rows;
    var sum = 0.0;
    var run: Run;
    if (isMine) {
      run = runOf(s, longRow);
      sum = sumOf(unit, run, unit.share, sides.side[s].atOnce);
    }
    sums[lane] = sum;
    workgroupBarrier();
    if (isMine && unit.share == 0u) {
      for (var share = 1u; share < sides.side[s].atOnce; share++) { sum += sums[share * sides.side[s].span + lane]; }
      let goal = own.offset + (longRow - own.firstRow) * own.width + within;
      sum += decayOf(s, own, run, goal);
      if (step.adds != 0u) { sum += gradient[goal]; }
      gradient[goal] = sum;
    }
    workgroupBarrier();
  }
}
`,
};

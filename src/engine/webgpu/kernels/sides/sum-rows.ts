/**
 * Rows as weighted sums of other rows, of a sparse matrix: entities of table rows, and on the way back table rows' (or
 * pieces of long ones) of entities' gradients. A lane has a column of a row and sums in the order of the entries, so
 * that runs repeat bit for bit.
 *
 *   goal row u = sum over ranges[u].x <= k < ranges[u].y of weights[k] source row indices[k]
 *
 * A step may leave ids out: row e below the side's ids is the id of entity e, so in either direction what is left out
 * of unit u is its entry u. Twins: ranker/side.ts, reference/mixed-tables.ts and dataset/id-dropout.ts. Bound by
 * memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { threefryFunction } from "../draw/counter-random.ts";

export const SUM_LANES = 256;

/** Constants: see `Sum`. Storage: ranges, indices, weights, the source's piece, the goal's piece. */
export const sumRowsKernel: Kernel = {
  label: "sum-rows",
  bindings: ["step", "constants", "read", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}${threefryFunction}
struct Sum {
  width: u32,
  firstUnit: u32, // of the goal's rows in this piece
  units: u32,
  goal: u32, // where they begin
  firstRow: u32, // of the source's rows in this piece
  rows: u32,
  source: u32, // where they begin
  adds: u32, // whether rows of an earlier piece of the source are summed already
  most: u32, // entries; of units with more nothing is written
  ids: u32, // 0 where units are neither entities nor rows
  side: u32, // 0 users, 1 items
}
@group(0) @binding(1) var<uniform> sum: Sum;
@group(0) @binding(2) var<storage, read> ranges: array<vec2u>;
@group(0) @binding(3) var<storage, read> indices: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read> source: array<f32>;
@group(0) @binding(6) var<storage, read_write> goal: array<f32>;

fn isWithoutId(entity: u32) -> bool {
  if (step.withoutIdBelow == 0u || entity >= sum.ids) { return false; }
  let key = select(step.itemsWithoutIds, step.usersWithoutIds, sum.side == 0u);
  return threefry(key, vec2u(entity, 0u)).x < step.withoutIdBelow;
}

@compute @workgroup_size(${SUM_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SUM_LANES}u + lane;
  let unit = index / sum.width;
  if (unit >= sum.units) { return; }
  let column = index - unit * sum.width;
  let range = ranges[sum.firstUnit + unit];
  if (range.y - range.x > sum.most) { return; }
  let isWithout = isWithoutId(sum.firstUnit + unit);
  var total = 0.0;
  for (var k = range.x; k < range.y; k++) {
    let row = indices[k] - sum.firstRow; // wraps round for rows before this piece
    if (row < sum.rows && !(isWithout && indices[k] == sum.firstUnit + unit)) { total += weights[k] * source[sum.source + row * sum.width + column]; }
  }
  let at = sum.goal + unit * sum.width + column;
  if (sum.adds != 0u) { total += goal[at]; }
  goal[at] = total;
}
`,
};

/**
 * Constants: see `Long`. Storage: of each long row its row, first piece and end of pieces; sums of pieces; the goal.
 */
export const addPiecesKernel: Kernel = {
  label: "add-pieces",
  bindings: ["constants", "read", "read", "write"],
  code: /* wgsl */ `
struct Long {
  width: u32,
  longRows: u32,
  firstRow: u32, // of the goal's rows in this piece of the arena
  rows: u32,
  goal: u32, // where they begin
}
@group(0) @binding(0) var<uniform> long: Long;
@group(0) @binding(1) var<storage, read> longRows: array<vec4u>;
@group(0) @binding(2) var<storage, read> pieces: array<f32>;
@group(0) @binding(3) var<storage, read_write> goal: array<f32>;

@compute @workgroup_size(${SUM_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SUM_LANES}u + lane;
  let number = index / long.width;
  if (number >= long.longRows) { return; }
  let column = index - number * long.width;
  let found = longRows[number];
  let row = found.x - long.firstRow; // wraps round for rows before this piece
  if (row >= long.rows) { return; }
  var total = 0.0;
  for (var k = found.y; k < found.z; k++) { total += pieces[k * long.width + column]; }
  goal[long.goal + row * long.width + column] = total;
}
`,
};

/** Values from one arena to another. Constants: how many, where they begin there and here. Storage: source, goal. */
export const copyValuesKernel: Kernel = {
  label: "copy-values",
  bindings: ["constants", "read", "write"],
  code: /* wgsl */ `
@group(0) @binding(0) var<uniform> copy: vec4u; // values, first of the source, first of the goal
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> goal: array<f32>;

@compute @workgroup_size(${SUM_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SUM_LANES}u + lane;
  if (index < copy.x) { goal[copy.z + index] = source[copy.y + index]; }
}
`,
};

/**
 * Rows of the tables side by side, one row of features per pair (feature-columns.ts). One dispatch per arena piece:
 * a pair whose row lies in another piece is left to that piece's dispatch. A lane keeps its column and walks
 * several pairs (column-lanes.ts).
 *
 *   ids [2, capacity] -> features [pairs, stride], row-major. Twin: the table look-ups of ranker/forward.ts
 *   Bound by memory: reads and writes 4 stride bytes a pair.
 */
import { type ColumnLanes, WORKGROUP_LANES } from "../device/column-lanes.ts";
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

/** Pairs that a lane walks, a multiple of 4. */
const PAIRS_PER_LANE = 16;

export function gatherWorkgroups(pairs: number, { chunks, atOnce }: ColumnLanes): number {
  return chunks * Math.ceil(pairs / (atOnce * PAIRS_PER_LANE));
}

/** Features that a piece can have: four paths, two sides. */
export const MOST_FEATURES = 8;

/** Constants: see `Tables`. Storage: ids, piece of the value arena, features. */
export const gatherFeaturesKernel: Kernel = {
  label: "gather-features",
  bindings: ["step", "constants", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Tables {
  stride: u32,
  capacity: u32,
  count: u32,
  span: u32, // see column-lanes.ts, as the next two
  chunks: u32,
  atOnce: u32,
  unused0: u32,
  unused1: u32,
  features: array<Feature, ${MOST_FEATURES}>,
}
struct Feature {
  column: u32,
  width: u32,
  side: u32, // 0 user, 1 item
  firstRow: u32,
  rows: u32, // of the table in this piece
  offset: u32,
  unused0: u32,
  unused1: u32,
}
@group(0) @binding(1) var<uniform> tables: Tables;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read_write> features: array<f32>;

@compute @workgroup_size(${WORKGROUP_LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let run = number / tables.chunks;
  let share = lane / tables.span;
  let column = (number - run * tables.chunks) * tables.span + lane - share * tables.span;
  if (share >= tables.atOnce || column >= tables.stride) { return; }
  var f = 0u;
  // The difference wraps round for columns before the feature.
  while (f < tables.count && column - tables.features[f].column >= tables.features[f].width) { f++; }
  if (f == tables.count) { return; }
  let feature = tables.features[f];
  let source = feature.offset + column - feature.column;
  let first = run * tables.atOnce * ${PAIRS_PER_LANE}u + share;
  for (var k = 0u; k < ${PAIRS_PER_LANE}u; k += 4u) {
    let pair = vec4u(first) + (vec4u(k) + vec4u(0u, 1u, 2u, 3u)) * tables.atOnce;
    if (pair.x >= step.pairs) { return; }
    let at = feature.side * tables.capacity + min(pair, vec4u(step.pairs - 1u));
    // Wraps round for rows before this piece.
    let rows = vec4u(ids[at.x], ids[at.y], ids[at.z], ids[at.w]) - feature.firstRow;
    let index = source + min(rows, vec4u(feature.rows - 1u)) * feature.width;
    let found = vec4f(values[index.x], values[index.y], values[index.z], values[index.w]);
    let goal = pair * tables.stride + column;
${["x", "y", "z", "w"].map((k) => `    if (pair.${k} < step.pairs && rows.${k} < feature.rows) { features[goal.${k}] = found.${k}; }`).join("\n")}
  }
}
`,
};

/**
 * Rows of the tables side by side, one row of features per pair (feature-columns.ts). One dispatch per arena piece: a pair whose
 * row lies in another piece is left to that piece's dispatch.
 *
 *   ids [2, capacity] -> features [pairs, stride], row-major. Twin: the table look-ups of ranker/forward.ts
 *   Bound by memory: reads and writes 4 stride bytes a pair.
 */
import { builtins, type Kernel, workgroupNumber } from "../kernel.ts";
import { stepStruct } from "../step-numbers.ts";

export const GATHER_LANES = 256;
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
  unused: u32,
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

@compute @workgroup_size(${GATHER_LANES})
fn main(${builtins}) {
  let place = (${workgroupNumber}) * ${GATHER_LANES}u + lane;
  let pair = place / tables.stride;
  if (pair >= step.pairs) { return; }
  let column = place - pair * tables.stride;
  for (var f = 0u; f < tables.count; f++) {
    let feature = tables.features[f];
    if (column >= feature.column && column < feature.column + feature.width) {
      let row = ids[feature.side * tables.capacity + pair] - feature.firstRow; // wraps round for rows before this piece
      if (row < feature.rows) {
        features[place] = values[feature.offset + row * feature.width + (column - feature.column)];
      }
    }
  }
}
`,
};

/**
 * Small batches in the order of their users and, in a second list, of their items: every pair counts those before it,
 * in one dispatch. The same order as its twin sort-pairs.ts, which needs two dispatches a pass or more.
 *
 *   ids [2, capacity] -> (row, pair) [2, capacity]. Bound by latency: pairs^2 comparisons a side.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const RANK_LANES = 64;
/** Batches of this many pairs or fewer. */
export const MOST_RANKED = 1024;

/** Constants: capacity. Storage: ids, sorted entries. */
export const rankPairsKernel: Kernel = {
  label: "rank-pairs",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<uniform> extents: vec4u; // capacity
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> sorted: array<vec2u>;
var<workgroup> rows: array<vec4u, ${MOST_RANKED / 4}>; // of all pairs of the side

// Positions without a pair come after every row.
fn rowOf(side: u32, pair: u32) -> u32 {
  if (pair >= step.pairs) { return 0xffffffffu; }
  return ids[side * extents.x + pair];
}

@compute @workgroup_size(${RANK_LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let perSide = (step.pairs + ${RANK_LANES - 1}u) / ${RANK_LANES}u;
  let side = number / perSide;
  if (side > 1u) { return; }
  let quads = (step.pairs + 3u) / 4u;
  for (var quad = lane; quad < quads; quad += ${RANK_LANES}u) {
    let pair = 4u * quad;
    rows[quad] = vec4u(rowOf(side, pair), rowOf(side, pair + 1u), rowOf(side, pair + 2u), rowOf(side, pair + 3u));
  }
  workgroupBarrier();
  let pair = (number - side * perSide) * ${RANK_LANES}u + lane;
  if (pair >= step.pairs) { return; }
  let row = rowOf(side, pair);
  var before = vec4u();
  for (var quad = 0u; quad < quads; quad++) {
    let others = vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u);
    let isBefore = (rows[quad] < vec4u(row)) | ((rows[quad] == vec4u(row)) & (others < vec4u(pair)));
    before += select(vec4u(), vec4u(1u), isBefore);
  }
  sorted[side * extents.x + before.x + before.y + before.z + before.w] = vec2u(row, pair);
}
`,
};

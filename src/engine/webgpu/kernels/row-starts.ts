/**
 * Where each user's and each item's pairs begin in the sorted order, by binary search: starts [2, stride], one more
 * than rows, so that row r has the positions [starts[r], starts[r + 1]).
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const START_LANES = 64;

/** Constants: stride of starts, capacity. Storage: sorted, starts. */
export const rowStartsKernel: Kernel = {
  label: "row-starts",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<uniform> extents: vec4u; // stride, capacity
@group(0) @binding(2) var<storage, read> sorted: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> starts: array<u32>;

@compute @workgroup_size(${START_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${START_LANES}u + lane;
  let side = index / extents.x;
  if (side > 1u) { return; }
  let row = index - side * extents.x;
  var low = 0u;
  var high = step.pairs;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (sorted[side * extents.y + middle].x >= row) { high = middle; } else { low = middle + 1u; }
  }
  starts[index] = low;
}
`,
};

/**
 * From gradients of unit rows to those of the rows that they were made of, in place: contributions to one row have one
 * unit, so that d row = 1 / (temperature norm) (d unit - <d unit, unit> unit) holds for each of them alone.
 *
 *   contributions, features [pairs, stride]; a workgroup takes 16 rows: pairs' users, then their items
 *
 * Twin: openCosineBackward (reference/backward.ts). Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";

export const UNIT_ROWS = 16;
const PARTS = 16;

/** Constants: stride, dot, dotColumn, unitColumn. Storage: features, contributions. */
export const unitContributionsKernel: Kernel = {
  label: "unit-contributions",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  stride: u32,
  dot: u32,
  dotColumn: u32,
  unitColumn: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read_write> contributions: array<f32>;
var<workgroup> sums: array<f32, ${UNIT_ROWS * PARTS}>;

@compute @workgroup_size(${UNIT_ROWS * PARTS})
fn main(${builtins}) {
  let part = lane % ${PARTS}u;
  let index = (${workgroupNumber}) * ${UNIT_ROWS}u + lane / ${PARTS}u;
  // Only samples have a user.
  let side = select(0u, 1u, index >= step.samples);
  let pair = index - side * step.samples;
  let isThere = pair < step.pairs;
  let first = pair * shape.stride + shape.dotColumn + side * shape.dot;
  var sum = 0.0;
  if (isThere) {
    for (var i = part; i < shape.dot; i += ${PARTS}u) { sum += contributions[first + i] * features[first + i]; }
  }
  sums[lane] = sum;
  for (var half = ${PARTS / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (part < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  if (!isThere) { return; }
  let along = sums[lane - part];
  let scale = features[pair * shape.stride + shape.unitColumn + side];
  for (var i = part; i < shape.dot; i += ${PARTS}u) {
    contributions[first + i] = scale * (contributions[first + i] - along * features[first + i]);
  }
}
`,
};

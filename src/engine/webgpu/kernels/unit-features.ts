/**
 * What cosines need of each pair, once its features are gathered: the dot columns become unit rows in place, and behind
 * the features go, for user and item, 1 / (temperature norm), by which gradients of unit rows turn into those of rows,
 * and then the cosine. A row without a direction becomes zeros, and so does its gradient.
 *
 * Lanes of a pair take every 16th column; their sums are added as a tree. Twin: ranker/unit-rows.ts. Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const UNIT_PAIRS = 16;
const PARTS = 16;

/** Constants: see `Shape`. Storage: features. */
export const unitFeaturesKernel: Kernel = {
  label: "unit-features",
  bindings: ["step", "constants", "write"],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  stride: u32, // of features
  dot: u32,
  dotColumn: u32,
  unitColumn: u32,
  inverseTemperature: f32,
  unused0: u32,
  unused1: u32,
  unused2: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> features: array<f32>;
var<workgroup> sums: array<vec3f, ${UNIT_PAIRS * PARTS}>;

@compute @workgroup_size(${UNIT_PAIRS * PARTS})
fn main(${builtins}) {
  let part = lane % ${PARTS}u;
  let pair = (${workgroupNumber}) * ${UNIT_PAIRS}u + lane / ${PARTS}u;
  let isThere = pair < step.pairs;
  let row = pair * shape.stride;
  let p = row + shape.dotColumn;
  let q = p + shape.dot;
  var sum = vec3f();
  if (isThere) {
    for (var i = part; i < shape.dot; i += ${PARTS}u) {
      let ofUser = features[p + i];
      let ofItem = features[q + i];
      sum += vec3f(ofUser * ofUser, ofItem * ofItem, ofUser * ofItem);
    }
  }
  sums[lane] = sum;
  for (var half = ${PARTS / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (part < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  let squares = sums[lane - part];
  if (!isThere) { return; }
  // A norm of 1e-12 or less is none.
  let units = select(vec2f(1.0) / sqrt(squares.xy), vec2f(), squares.xy <= vec2f(1e-24));
  for (var i = part; i < shape.dot; i += ${PARTS}u) {
    features[p + i] *= units.x;
    features[q + i] *= units.y;
  }
  if (part == 0u) {
    let at = row + shape.unitColumn;
    features[at] = units.x * shape.inverseTemperature;
    features[at + 1u] = units.y * shape.inverseTemperature;
    features[at + 2u] = squares.z * units.x * units.y;
  }
}
`,
};

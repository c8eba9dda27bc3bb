/**
 * The chain rule through the head: into the last tower layer, and into the head's own weights.
 *
 *   head-delta     delta [pairs, last] = slope head, 0 where the layer is 0 (an empty tower has no ReLU to mask)
 *   head-gradient  splits [runs, head + 1] = per run of pairs, sums of slope (p q | last | 1); where samples share
 *                  their negatives, of p times what the pair contributes to it, which is slopes times all its q
 *
 * Twins: openTowerBackward and openGmfBackward (reference/backward.ts). Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const DELTA_LANES = 256;

/** Constants: lastWidth, headOffset of the first tower weight, isMasked. Storage: slopes, values, last, delta. */
export const headDeltaKernel: Kernel = {
  label: "head-delta",
  bindings: ["step", "constants", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  lastWidth: u32,
  headOffset: u32,
  isMasked: u32,
  unused: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> slopes: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> last: array<f32>;
@group(0) @binding(5) var<storage, read_write> delta: array<f32>;

@compute @workgroup_size(${DELTA_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${DELTA_LANES}u + lane;
  let pair = index / shape.lastWidth;
  if (pair >= step.pairs) { return; }
  let slope = slopes[pair] * values[shape.headOffset + (index - pair * shape.lastWidth)];
  if (shape.isMasked != 0u && last[index] <= 0.0) { delta[index] = 0.0; } else { delta[index] = slope; }
}
`,
};

/** Columns of the head that one workgroup sums. */
export const HEAD_COLUMNS = 16;
const PAIR_LANES = 16;

const ofPairs = /* wgsl */ `
fn share(pair: u32, column: u32) -> f32 {
  let slope = slopes[pair];
  if (column == shape.headWidth) { return select(slope, 0.0, shape.isCompared != 0u); }
  if (column >= shape.gmf) { return slope * last[pair * shape.lastStride + shape.lastColumn + column - shape.gmf]; }
  let p = pair * shape.stride + shape.gmfColumn + column;
  return slope * features[p] * features[p + shape.gmf];
}`;

/** There is no tower; pairs behind the samples are of no user. */
const ofShared = /* wgsl */ `
fn share(pair: u32, column: u32) -> f32 {
  if (column == shape.headWidth || pair >= step.samples) { return 0.0; }
  let p = pair * shape.stride + shape.gmfColumn + column;
  return last[p] * features[p];
}`;

/**
 * Constants: see `Shape`. Storage: features, last, splits, slopes; where samples share their negatives features,
 * contributions, splits.
 */
export const headGradientKernel = ({ isShared }: { readonly isShared: boolean }): Kernel => ({
  label: `head-gradient${isShared ? " shared" : ""}`,
  bindings: ["step", "constants", "read", "read", "write", ...(isShared ? [] : (["read"] as const))],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  stride: u32, // of features
  gmf: u32,
  gmfColumn: u32,
  headWidth: u32,
  lastStride: u32,
  lastColumn: u32,
  isCompared: u32, // a bias that all logits of a user share has slope 0 exactly
  splitsOffset: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
${isShared ? "" : "@group(0) @binding(5) var<storage, read> slopes: array<f32>;"}
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> last: array<f32>;
@group(0) @binding(4) var<storage, read_write> splits: array<f32>;
var<workgroup> sums: array<f32, ${HEAD_COLUMNS * PAIR_LANES}>;
${isShared ? ofShared : ofPairs}

@compute @workgroup_size(${HEAD_COLUMNS * PAIR_LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let columns = shape.headWidth + 1u;
  let blocks = (columns + ${HEAD_COLUMNS - 1}u) / ${HEAD_COLUMNS}u;
  let split = number / blocks;
  let column = (number % blocks) * ${HEAD_COLUMNS}u + lane % ${HEAD_COLUMNS}u;
  let first = split * step.pairsPerSplit;
  let end = min(step.pairs, first + step.pairsPerSplit);
  var sum = 0.0;
  if (column < columns) {
    for (var pair = first + lane / ${HEAD_COLUMNS}u; pair < end; pair += ${PAIR_LANES}u) { sum += share(pair, column); }
  }
  sums[lane] = sum;
  for (var half = ${(HEAD_COLUMNS * PAIR_LANES) / 2}u; half >= ${HEAD_COLUMNS}u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane < ${HEAD_COLUMNS}u && column < columns && first < step.pairs) {
    splits[shape.splitsOffset + split * columns + column] = sums[lane];
  }
}
`,
});

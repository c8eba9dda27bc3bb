/**
 * Samples that share their negatives, block by block, as tiled matrix products over the features of a ranker that is a
 * sum of products: C[m, n] = sum over k of A[m, k] B[k, n], tiles of A and B in workgroup memory, a patch of 4 x 4 of C
 * in each thread's registers. Columns are those of the products, dot and GMF side by side, and the item's bias.
 *
 *   logits   slopes [1 + j, sample] = logit of (sample, j-th negative), MASKED where the sample leaves it out
 *            m samples, n negatives, k columns
 *   users    contributions of samples: to their users, slopes V and the positive's; to their positives, the positive's
 *            m samples, n columns, k negatives
 *   items    contributions of negatives to their items: slopes^T U. m negatives, n columns, k samples
 *
 *   contributions [pairs, stride]: d loss / d features, those of GMF not yet times the head, of cosines those of unit
 *       rows times the temperature (unit-contributions.ts); row-gradients.ts adds them up
 *
 * Twin: openListwise (reference/batch-gradient.ts). Bound by arithmetic.
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { MASKED } from "./list-slopes.ts";

export type SharedProduct = "logits" | "users" | "items";

/** Of C, a side. */
export const SHARED_TILE = 64;
const DEPTH = 16;
const LANES = 256;

const accesses: Readonly<Record<SharedProduct, string>> = {
  logits: /* wgsl */ `
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> masks: array<u32>;
@group(0) @binding(5) var<storage, read_write> slopes: array<f32>;

fn extentsOf(rows: u32) -> vec3u { return vec3u(rows, shape.negatives, columnsOf()); }
fn valueA(at: Block, m: u32, k: u32) -> f32 {
  if (k >= productsOf()) { return 1.0; } // beside the item's bias
  let value = features[(at.first + m) * shape.stride + userColumn(k)];
  if (k < shape.dot) { return value * shape.inverseTemperature; }
  return value * values[shape.headOffset + k - shape.dot];
}
fn valueB(at: Block, k: u32, n: u32) -> f32 { return features[(at.firstNegative + n) * shape.stride + itemColumn(k)]; }
fn put(at: Block, m: u32, n: u32, sum: f32) {
  let sample = at.first + m;
  var logit = sum + values[shape.headBiasOffset];
  if (shape.hasBiases != 0u) { logit += features[sample * shape.stride + shape.biasColumn]; }
  let word = masks[sample * shape.maskWords + n / 32u];
  if (((word >> (n % 32u)) & 1u) != 0u) { logit = ${MASKED}; }
  slopes[(1u + n) * step.samples + sample] = logit;
}`,
  users: /* wgsl */ `
@group(0) @binding(3) var<storage, read> slopes: array<f32>;
@group(0) @binding(4) var<storage, read_write> contributions: array<f32>;

fn extentsOf(rows: u32) -> vec3u { return vec3u(rows, columnsOf(), shape.negatives); }
fn valueA(at: Block, m: u32, k: u32) -> f32 { return slopes[(1u + k) * step.samples + at.first + m]; }
fn valueB(at: Block, k: u32, n: u32) -> f32 { return features[(at.firstNegative + k) * shape.stride + itemColumn(n)]; }
fn put(at: Block, m: u32, n: u32, sum: f32) {
  let sample = at.first + m;
  let row = sample * shape.stride;
  let slope = slopes[sample];
  if (n >= productsOf()) {
    contributions[row + itemColumn(n)] = slope;
    return;
  }
  contributions[row + userColumn(n)] = sum + slope * features[row + itemColumn(n)];
  contributions[row + itemColumn(n)] = slope * features[row + userColumn(n)];
}`,
  items: /* wgsl */ `
@group(0) @binding(3) var<storage, read> slopes: array<f32>;
@group(0) @binding(4) var<storage, read_write> contributions: array<f32>;

fn extentsOf(rows: u32) -> vec3u { return vec3u(shape.negatives, columnsOf(), rows); }
fn valueA(at: Block, m: u32, k: u32) -> f32 { return slopes[(1u + m) * step.samples + at.first + k]; }
fn valueB(at: Block, k: u32, n: u32) -> f32 {
  if (n >= productsOf()) { return 1.0; }
  return features[(at.first + k) * shape.stride + userColumn(n)];
}
fn put(at: Block, m: u32, n: u32, sum: f32) {
  contributions[(at.firstNegative + m) * shape.stride + itemColumn(n)] = sum;
}`,
};

/**
 * Constants: see `Shape`. Storage logits: features, values (the head's piece), masks, slopes. Users and items:
 * features, slopes, contributions.
 */
export function sharedProductKernel(kind: SharedProduct): Kernel {
  const cells = [0, 1, 2, 3].map((row) => `c${row}`);
  const isDepthInner = { A: kind !== "users", B: kind === "logits" };
  return {
    label: `shared-products ${kind}`,
    bindings: ["step", "constants", "read", "read", ...(kind === "logits" ? (["read"] as const) : []), "write"],
    code: /* wgsl */ `${stepStruct}
struct Shape {
  stride: u32, // of features and contributions
  dot: u32,
  dotColumn: u32,
  gmf: u32,
  gmfColumn: u32,
  biasColumn: u32,
  hasBiases: u32,
  headOffset: u32, // of the GMF products
  headBiasOffset: u32,
  blockRows: u32,
  negatives: u32,
  maskWords: u32,
  inverseTemperature: f32,
  unused0: u32,
  unused1: u32,
  unused2: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> features: array<f32>;

struct Block {
  first: u32, // sample
  firstNegative: u32, // pair
}
fn productsOf() -> u32 { return shape.dot + shape.gmf; }
fn columnsOf() -> u32 { return productsOf() + shape.hasBiases; }
fn userColumn(k: u32) -> u32 { return select(shape.gmfColumn + k - shape.dot, shape.dotColumn + k, k < shape.dot); }
fn itemColumn(k: u32) -> u32 {
  if (k >= productsOf()) { return shape.biasColumn + 1u; }
  return select(shape.gmfColumn + shape.gmf + k - shape.dot, shape.dotColumn + shape.dot + k, k < shape.dot);
}
${accesses[kind]}

var<workgroup> tileA: array<vec4f, ${DEPTH * (SHARED_TILE / 4)}>; // [depth, m / 4]
var<workgroup> tileB: array<vec4f, ${DEPTH * (SHARED_TILE / 4)}>; // [depth, n / 4]

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let most = (extentsOf(shape.blockRows) + ${SHARED_TILE - 1}u) / ${SHARED_TILE}u; // tiles of a whole block
  let block = number / (most.x * most.y);
  let blocks = (step.samples + shape.blockRows - 1u) / shape.blockRows;
  if (block >= blocks) { return; }
  var at: Block;
  at.first = block * shape.blockRows;
  at.firstNegative = step.samples + block * shape.negatives;
  let extents = extentsOf(min(shape.blockRows, step.samples - at.first));
  let within = number - block * most.x * most.y;
  let firstM = (within / most.y) * ${SHARED_TILE}u;
  let firstN = (within % most.y) * ${SHARED_TILE}u;
  let laneM = lane / 16u;
  let laneN = lane % 16u;
${cells.map((name) => `  var ${name} = vec4f();`).join("\n")}
  for (var firstK = 0u; firstK < extents.z; firstK += ${DEPTH}u) {
    // One quad of each tile a lane, consecutive lanes along what is consecutive in memory; what is not there is 0.
${load("A", "m", isDepthInner.A)}
${load("B", "n", isDepthInner.B)}
    workgroupBarrier();
    for (var d = 0u; d < ${DEPTH}u; d++) {
      let left = tileA[d * 16u + laneM];
      let right = tileB[d * 16u + laneN];
${cells.map((name, row) => `      ${name} += left.${"xyzw"[row]} * right;`).join("\n")}
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < 4u; j++) {
    let n = firstN + 4u * laneN + j;
    if (n >= extents.y) { continue; }
${cells.map((name, row) => `    if (firstM + 4u * laneM + ${row}u < extents.x) { put(at, firstM + 4u * laneM + ${row}u, n, ${name}[j]); }`).join("\n")}
  }
}
`,
  };
}

function load(matrix: "A" | "B", extent: "m" | "n", isDepthInner: boolean): string {
  const [quad, depth] = isDepthInner ? ["lane / 16u", "lane % 16u"] : ["lane % 16u", "lane / 16u"];
  const place = extent === "m" ? "at, first, k" : "at, k, first";
  const [most, from] = extent === "m" ? ["extents.x", "firstM"] : ["extents.y", "firstN"];
  return /* wgsl */ `    {
      let k = firstK + ${depth};
      var value = vec4f();
      for (var i = 0u; i < 4u; i++) {
        let first = ${from} + 4u * (${quad}) + i;
        if (k < extents.z && first < ${most}) { value[i] = value${matrix}(${place}); }
      }
      tile${matrix}[(${depth}) * 16u + ${quad}] = value;
    }`;
}

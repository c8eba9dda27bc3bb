/**
 * Dense layers as tiled matrix products: C[m, n] = sum over k of A[m, k] B[k, n], tiles of A and B in workgroup memory
 * four values at a time, a patch of C in each thread's registers.
 *
 *   forward   out [pairs, outputs] = ReLU(X W^T + b)         m pairs, n outputs, k inputs
 *   input     dX [pairs, inputs] = dOut W, 0 where X is 0    m pairs, n inputs, k outputs
 *   weight    dW = dOut^T X, db = dOut^T 1                   m outputs, n inputs, k a run of pairs;
 *                                                            sum-splits.ts adds up the runs' [dW | db]
 *
 * Twins: denseRelu (ranker/forward.ts) and reference/dense-relu-backward.ts.
 *
 * In a step of the loop, with aTile [depth, m] and bTile [depth, n], thread (laneM, laneN) has rows 4 laneM .. + 3 and
 * columns 4 laneN .. + 3, and in wide tiles as much again half a tile further on.
 *
 * `float16` keeps the tiles in float16, deltas as many times larger as the batch is long, and adds the products of one
 * step of the loop in float16 before they join the float32 sums: up to twice the rate, for about three decimal digits.
 *
 * A narrow `weight` has fewer patches than threads: groups of threads then share the depth, and their sums are added as
 * a tree. Bound by arithmetic from inputs and outputs of about 64 on, by memory below.
 */
import { builtins, type Kernel, type ProductPrecision, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";
import { type ProductKind, productAccess, productDeclarations } from "./product-access.ts";
import { loadQuads, loadRows, type Tile } from "./product-tiles.ts";

const MOST_LANES = 256;
/** What every device offers a workgroup. */
const WORKGROUP_BYTES = 16_384;
/** Terms that forward and input add in float16. */
const HALF_DEPTH = 8;
/** Pairs from which on tiles of 128 rows still give every core of a large device work. */
const MANY_PAIRS = 32_768;

/**
 * Narrow layers get narrow tiles, so that few threads work on columns that are not there. `m` counts pairs,
 * but outputs under `weight`.
 */
export function tileFor(kind: ProductKind, m: number, n: number): Tile {
  const extentFor = (extent: number): number => (extent > 64 ? 128 : extent > 32 ? 64 : extent > 16 ? 32 : 16);
  if (kind === "weight") {
    const tile = { m: extentFor(m), n: extentFor(n) };
    return tile.m === 128 && tile.n === 128 ? tile : { m: Math.min(64, tile.m), n: Math.min(64, tile.n) };
  }
  if (n > 64 && m >= MANY_PAIRS) return { m: 128, n: 128 };
  return { m: 64, n: Math.min(64, extentFor(n)) };
}

export interface ProductChoice {
  readonly tile: Tile;
  /** Terms of each sum; infinity for runs of pairs. */
  readonly k: number;
  readonly precision: ProductPrecision;
  /** Whether inputs, outputs, and X's first column and stride are multiples of 4. */
  readonly isAligned: boolean;
}

/** Constants: see `Shape`. Storage forward: X, weights, out. Input: dOut, weights, X, dX. Weight: dOut, X, splits. */
export function matrixProductKernel(kind: ProductKind, { tile, k, precision, isAligned }: ProductChoice): Kernel {
  const { rows, columns, lanesM, lanesN, groups, lanes, depth } = patchOf(kind, { tile, k, precision });
  const patches = lanesM * lanesN;
  const [strideA, strideB] = [tile.m / 4 + 1, tile.n / 4 + 1];
  const firstB = depth * strideA;
  const cells = range(rows).flatMap((row) =>
    range(columns / 4).map((quad) => ({ row, quad, name: `c${row}_${quad}` })),
  );
  const hasBias = kind === "weight";
  const sums = cells.map(({ name }) => name);
  const access = isAligned ? "quads" : "scalars";
  const isHalf = precision === "float16";
  const quadType = isHalf ? "vec4h" : "vec4f";
  // Slopes are divided by the batch's length, which makes them too small for float16.
  const isScaled = isHalf && kind !== "forward";
  const scale = isScaled ? " / step.inverseBatch" : "";
  const partial = (sum: string): string => (isHalf ? `${sum}_` : sum);
  const loadA =
    isAligned && kind !== "weight"
      ? loadRows({ tile, depth, lanes, strideA, quadType, scale })
      : loadQuads({ tile, depth, lanes, strideA, quadType, scale, isDepthInner: kind !== "weight" });
  const tileQuads = depth * (strideA + strideB);
  const givenQuads = Math.max(hasBias ? lanes : 0, groups > 1 ? (lanes / 2) * sums.length : 0);
  const given = isHalf ? "given" : "tiles";
  return {
    label: `matrix-product ${kind} ${tile.m}x${tile.n}${isHalf ? " float16" : ""}`,
    bindings:
      kind === "input"
        ? ["step", "constants", "read", "read", "read", "write"]
        : ["step", "constants", "read", "read", "write"],
    code: /* wgsl */ `${isHalf ? "enable f16;\n" : ""}${stepStruct}
struct Shape {
  inputs: u32,
  outputs: u32,
  xColumn: u32, // X begins at this column of rows of xStride values
  xStride: u32,
  weightOffset: u32,
  biasOffset: u32,
  splitsOffset: u32, // weight: where this layer's runs begin
  isMasked: u32, // input: X came out of a ReLU
}
@group(0) @binding(1) var<uniform> shape: Shape;
${productDeclarations(kind, access)}

// [depth, m / 4 + 1] of A, [depth, n / 4 + 1] of B
var<workgroup> tiles: array<${quadType}, ${isHalf ? tileQuads : Math.max(tileQuads, givenQuads)}>;
${isHalf && givenQuads > 0 ? `var<workgroup> given: array<vec4f, ${givenQuads}>;` : ""}

${productAccess(kind, access)}

@compute @workgroup_size(${lanes})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let extents = extentsOf(); // m, n
  let tilesN = (extents.y + ${tile.n - 1}u) / ${tile.n}u;
  let tilesM = (extents.x + ${tile.m - 1}u) / ${tile.m}u;
  let split = number / (tilesM * tilesN);
  let within = number - split * tilesM * tilesN;
  let firstM = (within / tilesN) * ${tile.m}u;
  let firstN = (within % tilesN) * ${tile.n}u;
  let range = rangeOf(split); // of k; empty for workgroups beyond the work
  if (range.x >= range.y) { return; }
  let group = lane / ${patches}u;
  let laneN = lane % ${lanesN}u;
  let laneM = (lane / ${lanesN}u) % ${lanesM}u;
${sums.map((name) => `  var ${name} = vec4f();`).join("\n")}
${hasBias ? "  var bias = vec4f(); // of the rows whose quads this lane loads, always the same" : ""}
  for (var firstK = range.x; firstK < range.y; firstK += ${depth}u) {
    // What lies beyond C's rows and columns is never stored, whatever is read there; beyond k's range it must be 0.
${loadA}
    for (var index = lane; index < ${(tile.n / 4) * depth}u; index += ${lanes}u) {
      // n / 4, k
      let at = ${kind === "forward" ? `vec2u(index / ${depth}u, index % ${depth}u)` : `vec2u(index % ${tile.n / 4}u, index / ${tile.n / 4}u)`};
      var quad = vec4f();
      if (firstK + at.y < range.y) { quad = quadB(firstK + at.y, firstN + 4u * at.x); }
      tiles[${firstB}u + at.y * ${strideB}u + at.x] = ${quadType}(quad);
    }
    workgroupBarrier();
${isHalf ? sums.map((name) => `    var ${partial(name)} = vec4h();`).join("\n") : ""}
    for (var k = group; k < ${depth}u; k += ${groups}u) {
${range(rows / 4)
  .map((quad) => `      let a${quad} = tiles[k * ${strideA}u + laneM + ${quad * lanesM}u];`)
  .join("\n")}
${range(columns / 4)
  .map((quad) => `      let b${quad} = tiles[${firstB}u + k * ${strideB}u + laneN + ${quad * lanesN}u];`)
  .join("\n")}
${cells.map(({ row, quad, name }) => `      ${partial(name)} += a${row >> 2}.${"xyzw"[row & 3]} * b${quad};`).join("\n")}
    }
${isHalf ? sums.map((name) => `    ${name} += vec4f(${partial(name)});`).join("\n") : ""}
    workgroupBarrier();
  }
${hasBias ? sumOfBias({ quadsM: tile.m / 4, lanes, memory: given, unscale: isScaled ? " * step.inverseBatch" : "" }) : ""}
${groups > 1 ? sumOfGroups(sums, { groups, patches, memory: given }) : ""}
${isScaled ? sums.map((name) => `  ${name} *= step.inverseBatch;`).join("\n") : ""}
${cells
  .map(
    ({ row, quad, name }) =>
      `  put(firstM + 4u * (laneM + ${(row >> 2) * lanesM}u) + ${row & 3}u, firstN + 4u * (laneN + ${quad * lanesN}u), split, extents, ${name});`,
  )
  .join("\n")}
}
`,
  };
}

/** Each thread's outputs and the threads that share them. */
function patchOf(kind: ProductKind, { tile, k, precision }: Pick<ProductChoice, "tile" | "k" | "precision">) {
  const isWide = tile.m * tile.n > 4096;
  const rows = isWide && tile.m > 64 ? 8 : 4;
  const columns = isWide && tile.n > 64 ? 8 : 4;
  const [lanesM, lanesN] = [tile.m / rows, tile.n / columns];
  const groups = kind === "weight" ? MOST_LANES / (lanesM * lanesN) : 1;
  const depthThatFits = WORKGROUP_BYTES / (4 * (tile.m + tile.n + 8));
  const depthThatCounts = 2 ** Math.ceil(Math.log2(Math.max(8, k)));
  // A tile depends on how many pairs fit a session; what is rounded to float16 on the way must not.
  const depthOfRounding = precision === "float16" && kind !== "weight" ? HALF_DEPTH : 64;
  const depth = Math.min(depthOfRounding, depthThatCounts, 2 ** Math.floor(Math.log2(depthThatFits)));
  return { rows, columns, lanesM, lanesN, groups, lanes: groups * lanesM * lanesN, depth };
}

/** One lane a quad of rows adds up what the lanes that loaded it have seen. */
function sumOfBias({
  quadsM,
  lanes,
  memory,
  unscale,
}: {
  quadsM: number;
  lanes: number;
  memory: string;
  unscale: string;
}): string {
  return /* wgsl */ `
  ${memory}[lane] = bias;
  workgroupBarrier();
  if (firstN == 0u && lane < ${quadsM}u) {
    var whole = vec4f();
    for (var from_ = lane; from_ < ${lanes}u; from_ += ${quadsM}u) { whole += ${memory}[from_]; }
    putBias(firstM + 4u * lane, split, extents, whole${unscale});
  }
  workgroupBarrier();`;
}

/** The upper half of the groups gives its sums to the lower half, until one group is left; the others end. */
function sumOfGroups(
  sums: readonly string[],
  { groups, patches, memory }: { readonly groups: number; readonly patches: number; readonly memory: string },
): string {
  const count = sums.length;
  return /* wgsl */ `
  let patch_ = lane % ${patches}u;
  for (var half = ${groups / 2}u; half > 0u; half >>= 1u) {
    if (group >= half && group < 2u * half) {
      let at = ((group - half) * ${patches}u + patch_) * ${count}u;
${sums.map((name, index) => `      ${memory}[at + ${index}u] = ${name};`).join("\n")}
    }
    workgroupBarrier();
    if (group < half) {
      let at = (group * ${patches}u + patch_) * ${count}u;
${sums.map((name, index) => `      ${name} += ${memory}[at + ${index}u];`).join("\n")}
    }
    workgroupBarrier();
  }
  if (group > 0u) { return; }`;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

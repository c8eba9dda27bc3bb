/**
 * Dense layers as tiled matrix products: C[m, n] = sum over k of A[m, k] B[k, n], tiles of A and B in workgroup memory, a patch of C
 * in each thread's registers.
 *
 *   forward   out  [pairs, outputs]  = ReLU(X W^T + b)         m pairs, n outputs, k inputs     twin: denseRelu (ranker/forward.ts)
 *   input     dX   [pairs, inputs]   = dOut W, 0 where X is 0  m pairs, n inputs, k outputs     twin: reference/dense-relu-backward.ts
 *   weight    [dW | db] = dOut^T [X | 1]                       m outputs, n inputs + 1, k a run of pairs; summed over runs by
 *             sum-splits.ts
 *
 * Bound by arithmetic from inputs and outputs of about 64 on, by memory below.
 */
import { builtins, type Kernel, workgroupNumber } from "../kernel.ts";
import { stepStruct } from "../step-numbers.ts";

export type ProductKind = "forward" | "input" | "weight";

/** Rows and columns of C per workgroup. */
export interface Tile {
  readonly m: number;
  readonly n: number;
}

const LANES = 256;
const DEPTH = 16;

/** Narrow layers get narrow tiles, so that few threads work on columns that are not there. */
export function tileFor(kind: ProductKind, m: number, n: number): Tile {
  const extentFor = (extent: number): number => (extent > 32 ? 64 : extent > 16 ? 32 : 16);
  if (kind === "weight") return { m: extentFor(m), n: extentFor(n) };
  return { m: 64, n: extentFor(n) };
}

/** Constants: see `Shape`. Storage forward: X, weights, out. Input: dOut, weights, X, dX. Weight: dOut, X, splits. */
export function matrixProductKernel(kind: ProductKind, tile: Tile): Kernel {
  const patch = patchOf(tile);
  return {
    label: `matrix-product ${kind} ${tile.m}x${tile.n}`,
    bindings:
      kind === "input"
        ? ["step", "constants", "read", "read", "read", "write"]
        : ["step", "constants", "read", "read", "write"],
    code: /* wgsl */ `${stepStruct}
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
${declarations[kind]}

var<workgroup> aTile: array<f32, ${DEPTH * (tile.m + 1)}>; // [k, m]
var<workgroup> bTile: array<f32, ${DEPTH * (tile.n + 1)}>; // [k, n]

${access[kind]}

@compute @workgroup_size(${LANES})
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
  let laneN = lane % ${patch.lanesN}u;
  let laneM = lane / ${patch.lanesN}u;
  var sums: array<f32, ${patch.m * patch.n}>;
  for (var firstK = range.x; firstK < range.y; firstK += ${DEPTH}u) {
    for (var place = lane; place < ${tile.m * DEPTH}u; place += ${LANES}u) {
      let at = ${kind === "weight" ? `vec2u(place % ${tile.m}u, place / ${tile.m}u)` : `vec2u(place / ${DEPTH}u, place % ${DEPTH}u)`}; // m, k
      let m = firstM + at.x;
      let k = firstK + at.y;
      var value = 0.0;
      if (m < extents.x && k < range.y) { value = a(m, k); }
      aTile[at.y * ${tile.m + 1}u + at.x] = value;
    }
    for (var place = lane; place < ${tile.n * DEPTH}u; place += ${LANES}u) {
      let at = ${kind === "forward" ? `vec2u(place / ${DEPTH}u, place % ${DEPTH}u)` : `vec2u(place % ${tile.n}u, place / ${tile.n}u)`}; // n, k
      let n = firstN + at.x;
      let k = firstK + at.y;
      var value = 0.0;
      if (n < extents.y && k < range.y) { value = b(k, n); }
      bTile[at.y * ${tile.n + 1}u + at.x] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH}u; k++) {
      var bs: array<f32, ${patch.n}>;
      for (var j = 0u; j < ${patch.n}u; j++) { bs[j] = bTile[k * ${tile.n + 1}u + laneN + j * ${patch.lanesN}u]; }
      for (var i = 0u; i < ${patch.m}u; i++) {
        let value = aTile[k * ${tile.m + 1}u + laneM + i * ${patch.lanesM}u];
        for (var j = 0u; j < ${patch.n}u; j++) { sums[i * ${patch.n}u + j] += value * bs[j]; }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < ${patch.m}u; i++) {
    for (var j = 0u; j < ${patch.n}u; j++) {
      let at = vec2u(firstM + laneM + i * ${patch.lanesM}u, firstN + laneN + j * ${patch.lanesN}u);
      if (at.x < extents.x && at.y < extents.y) { store(at.x, at.y, split, extents, sums[i * ${patch.n}u + j]); }
    }
  }
}
`,
  };
}

/** Each thread's outputs: m x n of them, lanesM and lanesN apart. Compilers unroll the loops over them and keep them in registers. */
function patchOf(tile: Tile) {
  const outputs = (tile.m * tile.n) / LANES;
  const n = Math.min(4, outputs);
  const m = outputs / n;
  return { m, n, lanesM: tile.m / m, lanesN: tile.n / n };
}

const declarations: Readonly<Record<ProductKind, string>> = {
  forward: /* wgsl */ `@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;`,
  input: /* wgsl */ `@group(0) @binding(2) var<storage, read> outDelta: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> xDelta: array<f32>;`,
  weight: /* wgsl */ `@group(0) @binding(2) var<storage, read> outDelta: array<f32>;
@group(0) @binding(3) var<storage, read> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> splits: array<f32>;`,
};

/** NaN passes a ReLU and counts as fired, so that it spreads until somebody looks. */
const access: Readonly<Record<ProductKind, string>> = {
  forward: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.outputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.inputs, split == 0u)); }
fn a(m: u32, k: u32) -> f32 { return x[m * shape.xStride + shape.xColumn + k]; }
fn b(k: u32, n: u32) -> f32 { return weights[shape.weightOffset + n * shape.inputs + k]; }
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  let value = sum + weights[shape.biasOffset + n];
  out[m * shape.outputs + n] = select(value, 0.0, value <= 0.0);
}`,
  input: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.inputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.outputs, split == 0u)); }
fn a(m: u32, k: u32) -> f32 { return outDelta[m * shape.outputs + k]; }
fn b(k: u32, n: u32) -> f32 { return weights[shape.weightOffset + k * shape.inputs + n]; }
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  let isSilent = shape.isMasked != 0u && x[m * shape.xStride + shape.xColumn + n] <= 0.0;
  xDelta[m * shape.inputs + n] = select(sum, 0.0, isSilent);
}`,
  weight: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(shape.outputs, shape.inputs + 1u); }
fn rangeOf(split: u32) -> vec2u {
  return vec2u(min(step.pairs, split * step.pairsPerSplit), min(step.pairs, (split + 1u) * step.pairsPerSplit));
}
fn a(m: u32, k: u32) -> f32 { return outDelta[k * shape.outputs + m]; }
fn b(k: u32, n: u32) -> f32 {
  if (n == shape.inputs) { return 1.0; }
  return x[k * shape.xStride + shape.xColumn + n];
}
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  splits[shape.splitsOffset + (split * extents.x + m) * extents.y + n] = sum;
}`,
};

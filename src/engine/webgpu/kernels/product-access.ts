/** What the three matrix products of matrix-product.ts bind, read and write. */
export type ProductKind = "forward" | "input" | "weight";

export const productDeclarations: Readonly<Record<ProductKind, string>> = {
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

/** a: four rows of A from m on, b: four columns of B from n on. NaN passes a ReLU and counts as fired, so that it spreads until somebody looks. */
export const productAccess: Readonly<Record<ProductKind, string>> = {
  forward: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.outputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.inputs, split == 0u)); }
fn a(m: u32, k: u32) -> vec4f {
  let at = m * shape.xStride + shape.xColumn + k;
  return vec4f(x[at], x[at + shape.xStride], x[at + 2u * shape.xStride], x[at + 3u * shape.xStride]);
}
fn b(k: u32, n: u32) -> vec4f {
  let at = shape.weightOffset + n * shape.inputs + k;
  return vec4f(weights[at], weights[at + shape.inputs], weights[at + 2u * shape.inputs], weights[at + 3u * shape.inputs]);
}
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  let value = sum + weights[shape.biasOffset + n];
  out[m * shape.outputs + n] = select(value, 0.0, value <= 0.0);
}`,
  input: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.inputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.outputs, split == 0u)); }
fn a(m: u32, k: u32) -> vec4f {
  let at = m * shape.outputs + k;
  return vec4f(
    outDelta[at], outDelta[at + shape.outputs], outDelta[at + 2u * shape.outputs], outDelta[at + 3u * shape.outputs]);
}
fn b(k: u32, n: u32) -> vec4f {
  let at = shape.weightOffset + k * shape.inputs + n;
  return vec4f(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]);
}
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  let isSilent = shape.isMasked != 0u && x[m * shape.xStride + shape.xColumn + n] <= 0.0;
  xDelta[m * shape.inputs + n] = select(sum, 0.0, isSilent);
}`,
  weight: /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(shape.outputs, shape.inputs); }
fn rangeOf(split: u32) -> vec2u {
  return vec2u(min(step.pairs, split * step.pairsPerSplit), min(step.pairs, (split + 1u) * step.pairsPerSplit));
}
fn a(m: u32, k: u32) -> vec4f {
  let at = k * shape.outputs + m;
  return vec4f(outDelta[at], outDelta[at + 1u], outDelta[at + 2u], outDelta[at + 3u]);
}
fn b(k: u32, n: u32) -> vec4f {
  let at = k * shape.xStride + shape.xColumn + n;
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  splits[shape.splitsOffset + (split * extents.x + m) * (extents.y + 1u) + n] = sum;
}
fn putBias(m: u32, split: u32, extents: vec2u, sums: vec4f) {
  for (var i = 0u; i < min(4u, extents.x - min(m, extents.x)); i++) { store(m + i, extents.y, split, extents, sums[i]); }
}`,
};

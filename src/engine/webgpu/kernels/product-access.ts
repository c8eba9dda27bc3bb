/**
 * What the three matrix products of matrix-product.ts bind, read and write. `quads`: whether every row of X, dOut and
 * out begins at a multiple of four values, so that memory is asked for four values at a time.
 */
export type ProductKind = "forward" | "input" | "weight";

/** Whether widths, columns and strides let rows be read four values at a time. */
export function areAligned(...extents: readonly number[]): boolean {
  return extents.every((extent) => extent % 4 === 0);
}

type Access = "scalars" | "quads";

/** Buffers in the order of their bindings from 2 on. Weights are few and stay in the cache: scalars always. */
export function productDeclarations(kind: ProductKind, access: Access): string {
  const type = access === "quads" ? "vec4f" : "f32";
  const bind = (index: number, name: string, mode: "read" | "read_write", of: string): string =>
    `@group(0) @binding(${index}) var<storage, ${mode}> ${name}: array<${of}>;`;
  switch (kind) {
    case "forward":
      return [bind(2, "x", "read", type), bind(3, "weights", "read", "f32"), bind(4, "out", "read_write", type)].join(
        "\n",
      );
    case "input":
      return [
        bind(2, "outDelta", "read", type),
        bind(3, "weights", "read", "f32"),
        bind(4, "x", "read", type),
        bind(5, "xDelta", "read_write", type),
      ].join("\n");
    case "weight":
      return [
        bind(2, "outDelta", "read", type),
        bind(3, "x", "read", type),
        bind(4, "splits", "read_write", "f32"),
      ].join("\n");
  }
}

/**
 * extentsOf(): m and n. rangeOf(split): of k. rowA(m, k): A[m, k .. k + 3] for forward and input. quadA(m, k): A[m ..
 * m + 3, k], and quadB(k, n): B[k, n .. n + 3]. put(m, n, split, extents, sums): C[m, n .. n + 3], as far as it is
 * there. NaN passes a ReLU and counts as fired, so that it spreads until somebody looks.
 */
export function productAccess(kind: ProductKind, access: Access): string {
  const isQuads = access === "quads";
  const four = (name: string, at: string): string =>
    isQuads ? `${name}[(${at}) / 4u]` : `vec4f(${[0, 1, 2, 3].map((k) => `${name}[${at} + ${k}u]`).join(", ")})`;
  const apart = (name: string, at: string, stride: string): string =>
    `vec4f(${[0, 1, 2, 3].map((k) => `${name}[${at} + ${k}u * ${stride}]`).join(", ")})`;
  const store = (name: string, at: string): string =>
    isQuads
      ? `if (n < extents.y) { ${name}[(${at}) / 4u] = found; }`
      : `for (var j = 0u; j < min(4u, extents.y - min(n, extents.y)); j++) { ${name}[${at} + j] = found[j]; }`;
  /** A's rows are pairs: four values of one row, or one value of four. */
  const pairRows = (name: string, at: string, stride: string): string =>
    isQuads
      ? `fn rowA(m: u32, k: u32) -> vec4f { let at = ${at}; return ${four(name, "at")}; }`
      : `fn quadA(m: u32, k: u32) -> vec4f { let at = ${at}; return ${apart(name, "at", stride)}; }`;
  switch (kind) {
    case "forward":
      return /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.outputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.inputs, split == 0u)); }
${pairRows("x", "m * shape.xStride + shape.xColumn + k", "shape.xStride")}
fn quadB(k: u32, n: u32) -> vec4f {
  let at = shape.weightOffset + n * shape.inputs + k;
  return ${apart("weights", "at", "shape.inputs")};
}
fn put(m: u32, n: u32, split: u32, extents: vec2u, sums: vec4f) {
  if (m >= extents.x) { return; }
  let at = shape.biasOffset + n;
  let value = sums + ${apart("weights", "at", "1u")};
  let found = select(value, vec4f(), value <= vec4f());
  ${store("out", "m * shape.outputs + n")}
}`;
    case "input":
      return /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(step.pairs, shape.inputs); }
fn rangeOf(split: u32) -> vec2u { return vec2u(0u, select(0u, shape.outputs, split == 0u)); }
${pairRows("outDelta", "m * shape.outputs + k", "shape.outputs")}
fn quadB(k: u32, n: u32) -> vec4f {
  let at = shape.weightOffset + k * shape.inputs + n;
  return ${apart("weights", "at", "1u")};
}
fn put(m: u32, n: u32, split: u32, extents: vec2u, sums: vec4f) {
  if (m >= extents.x) { return; }
  var found = sums;
  if (shape.isMasked != 0u) {
    let at = m * shape.xStride + shape.xColumn + n;
    found = select(sums, vec4f(), ${four("x", "at")} <= vec4f());
  }
  ${store("xDelta", "m * shape.inputs + n")}
}`;
    case "weight":
      return /* wgsl */ `
fn extentsOf() -> vec2u { return vec2u(shape.outputs, shape.inputs); }
fn rangeOf(split: u32) -> vec2u {
  return vec2u(min(step.pairs, split * step.pairsPerSplit), min(step.pairs, (split + 1u) * step.pairsPerSplit));
}
fn quadA(m: u32, k: u32) -> vec4f { let at = k * shape.outputs + m; return ${four("outDelta", "at")}; }
fn quadB(k: u32, n: u32) -> vec4f { let at = k * shape.xStride + shape.xColumn + n; return ${four("x", "at")}; }
fn store(m: u32, n: u32, split: u32, extents: vec2u, sum: f32) {
  splits[shape.splitsOffset + (split * extents.x + m) * (extents.y + 1u) + n] = sum;
}
fn put(m: u32, n: u32, split: u32, extents: vec2u, sums: vec4f) {
  if (m >= extents.x) { return; }
  for (var j = 0u; j < min(4u, extents.y - min(n, extents.y)); j++) { store(m, n + j, split, extents, sums[j]); }
}
fn putBias(m: u32, split: u32, extents: vec2u, sums: vec4f) {
  for (var i = 0u; i < min(4u, extents.x - min(m, extents.x)); i++) { store(m + i, extents.y, split, extents, sums[i]); }
}`;
  }
}

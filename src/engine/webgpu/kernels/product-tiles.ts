/** How a tile of A gets into workgroup memory, k after k, whichever way its rows lie in memory. */

/** Rows and columns of C per workgroup. */
export interface Tile {
  readonly m: number;
  readonly n: number;
}

export interface Loading {
  readonly tile: Tile;
  readonly depth: number;
  readonly lanes: number;
  readonly strideA: number;
  readonly quadType: string;
  readonly scale: string;
}

/** A quad of A a lane; where rows are outputs, each lane adds up its own for the bias. */
export function loadQuads({
  tile,
  depth,
  lanes,
  strideA,
  quadType,
  scale,
  isDepthInner,
}: Loading & { isDepthInner: boolean }): string {
  return /* wgsl */ `
    for (var index = lane; index < ${(tile.m / 4) * depth}u; index += ${lanes}u) {
      // m / 4, k
      let at = ${isDepthInner ? `vec2u(index / ${depth}u, index % ${depth}u)` : `vec2u(index % ${tile.m / 4}u, index / ${tile.m / 4}u)`};
      var quad = vec4f();
      if (firstK + at.y < range.y) { quad = quadA(firstM + 4u * at.x, firstK + at.y)${scale}; }
      tiles[at.y * ${strideA}u + at.x] = ${quadType}(quad);
${isDepthInner ? "" : "      bias += quad;"}
    }`;
}

/** Four rows of A, four values each, turned around on their way; two lanes side by side read 32 bytes of a row. */
export function loadRows({ tile, depth, lanes, strideA, quadType, scale }: Loading): string {
  const quadsM = tile.m / 4;
  return /* wgsl */ `
    for (var index = lane; index < ${(quadsM * depth) / 4}u; index += ${lanes}u) {
      let m = (index >> 1u) % ${quadsM}u; // / 4
      let k = 2u * (index / ${2 * quadsM}u) + (index & 1u); // / 4
      var block = mat4x4f();
      if (firstK + 4u * k < range.y) {
        let at = vec2u(firstM + 4u * m, firstK + 4u * k);
        block = transpose(mat4x4f(rowA(at.x, at.y), rowA(at.x + 1u, at.y), rowA(at.x + 2u, at.y), rowA(at.x + 3u, at.y)));
      }
${[0, 1, 2, 3]
  .map((j) => `      tiles[(4u * k + ${j}u) * ${strideA}u + m] = ${quadType}(block[${j}]${scale});`)
  .join("\n")}
    }`;
}

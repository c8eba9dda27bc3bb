/**
 * The frame of every kernel that walks tensors tile by tile and sums as it goes (norm-runs.ts says how): each lane
 * takes every lanes-th value of its row, and the lanes' sums are halved in a fixed order. Float32 throughout: a sum of
 * n values of one sign is off by about log2(n) roundings, 6e-8 each.
 */
import { builtins, workgroupNumber } from "../../device/kernel.ts";

/** Of a workgroup. */
export const TILE_LANES = 256;
/** Longest piece of a row that one tile sums. */
export const TILE_VALUES = 2048;

export const noBlockLiteral = "0xffffffffu";

/** Kernels declare `runs: array<Run>` (read) and `sums: array<vec4f>` (write), and know the number of runs. */
export const runStruct = /* wgsl */ `
struct Run {
  firstTile: u32,
  offset: u32,
  rows: u32,
  width: u32,
  lanes: u32, // per row, a power of 2
  pieces: u32, // per row; more than one only where a tile has a single row
  firstSum: u32,
  firstBlock: u32,
  tensor: u32,
}
`;

/**
 * `before` runs once per lane with run, row and block (${noBlockLiteral} without one) in scope; `each` once
 * per value with `at`, its index in the piece, and adds to `sum`, a vec4f, what is to be summed. `count`
 * and `tiles` are expressions.
 */
export function tileMain(body: {
  readonly before: string;
  readonly each: string;
  readonly count: string;
  readonly tiles: string;
}): string {
  return /* wgsl */ `
var<workgroup> laneSums: array<vec4f, ${TILE_LANES}>;

@compute @workgroup_size(${TILE_LANES})
fn main(${builtins}) {
  let tile = ${workgroupNumber};
  if (tile >= ${body.tiles}) { return; }
  var r = 0u;
  while (r + 1u < ${body.count} && runs[r + 1u].firstTile <= tile) { r++; }
  let run = runs[r];
  let number = tile - run.firstTile;
  let rowLane = lane & (run.lanes - 1u);
  var row = number * (${TILE_LANES}u / run.lanes) + lane / run.lanes;
  var piece = 0u;
  if (run.pieces > 1u) {
    row = number / run.pieces;
    piece = number - row * run.pieces;
  }
  var sum = vec4f();
  if (row < run.rows) {
    let block = select(run.firstBlock + row, ${noBlockLiteral}, run.firstBlock == ${noBlockLiteral});
    let first = run.offset + row * run.width;
    let end = first + min(run.width, (piece + 1u) * ${TILE_VALUES}u);
${body.before}
    for (var at = first + piece * ${TILE_VALUES}u + rowLane; at < end; at += run.lanes) {
${body.each}
    }
  }
  laneSums[lane] = sum;
  for (var half = ${TILE_LANES / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (half < run.lanes && rowLane < half) { laneSums[lane] += laneSums[lane + half]; }
  }
  if (rowLane == 0u && row < run.rows) { sums[run.firstSum + row * run.pieces + piece] = laneSums[lane]; }
}
`;
}

/**
 * The batch's pairs in the order of their users and, in a second list, of their items: a stable counting sort by 8 bits
 * at a time, so equal rows keep the pairs' own order and sums over them repeat bit for bit. Both sides are
 * sorted by the same dispatches.
 *
 *   histogram  counts [2, tiles, 256]: how often each digit occurs in each tile of 1,024 pairs
 *   scan       counts become, per digit, the number in earlier tiles; totals [2, 256]. Left out
 *              where tiles are few: the scatter adds them
 *   scatter    (row, pair) [2, capacity] move to their positions: the number of smaller digits, of equal ones in
 *              earlier tiles, and of equal ones before it in the tile
 *
 * Integer atomics count in the histogram and mark lanes in the scatter, where their order does not show. Bound by
 * memory: 16 bytes a pair, side and pass, the writes scattered. Twin for small batches: rank-pairs.ts.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const SORT_DIGITS = 256;
/** A lane for every digit. */
const LANES = SORT_DIGITS;
/** Pairs of a tile that a lane has. */
const ROUNDS = 4;
export const SORT_TILE = ROUNDS * LANES;
/** Batches of more tiles are scanned. */
export const FEW_TILES = 64;
/** Digits side by side in a workgroup of the scan: 32 bytes of counts. */
const SCAN_DIGITS = 8;
const SCAN_RUNS = LANES / SCAN_DIGITS;
export const SCAN_WORKGROUPS = (2 * SORT_DIGITS) / SCAN_DIGITS;
/** Words with a bit for every lane. */
const WORDS = LANES / 32;

const shape = /* wgsl */ `
struct Sort {
  shift: u32, // of this pass's digit
  capacity: u32,
  mostTiles: u32,
  unused: u32,
}
@group(0) @binding(1) var<uniform> sort: Sort;
fn tileCount() -> u32 { return (step.pairs + ${SORT_TILE - 1}u) / ${SORT_TILE}u; }
fn digitOf(row: u32) -> u32 { return (row >> sort.shift) & ${SORT_DIGITS - 1}u; }
`;

/** The first pass reads the batch's ids, in the pairs' own order; the others what the pass before wrote. */
function entries(isFirst: boolean): string {
  return isFirst
    ? /* wgsl */ `@group(0) @binding(2) var<storage, read> ids: array<u32>;
fn entryOf(side: u32, position: u32) -> vec2u { return vec2u(ids[side * sort.capacity + position], position); }`
    : /* wgsl */ `@group(0) @binding(2) var<storage, read> unsorted: array<vec2u>;
fn entryOf(side: u32, position: u32) -> vec2u { return unsorted[side * sort.capacity + position]; }`;
}

/** Constants: see `Sort`. Storage: ids or entries, counts. */
export const sortHistogramKernel = (isFirst: boolean): Kernel => ({
  label: "sort-histogram",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}${shape}${entries(isFirst)}
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;
var<workgroup> histogram: array<atomic<u32>, ${SORT_DIGITS}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let side = number / tileCount();
  let tile = number % tileCount();
  if (side > 1u) { return; }
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    let position = tile * ${SORT_TILE}u + round * ${LANES}u + lane;
    if (position < step.pairs) { atomicAdd(&histogram[digitOf(entryOf(side, position).x)], 1u); }
  }
  workgroupBarrier();
  counts[(side * sort.mostTiles + tile) * ${SORT_DIGITS}u + lane] = atomicLoad(&histogram[lane]);
}
`,
});

/**
 * Constants: see `Sort`. Storage: counts, totals. A workgroup per 8 digits of a side; a lane has a
 * digit and a run of tiles.
 */
export const sortScanKernel: Kernel = {
  label: "sort-scan",
  bindings: ["step", "constants", "write", "write"],
  code: /* wgsl */ `${stepStruct}${shape}
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> totals: array<u32>;
var<workgroup> sums: array<u32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let sideDigit = (${workgroupNumber}) * ${SCAN_DIGITS}u + lane % ${SCAN_DIGITS}u;
  let side = sideDigit / ${SORT_DIGITS}u;
  let base = side * sort.mostTiles * ${SORT_DIGITS}u + sideDigit % ${SORT_DIGITS}u;
  let run = lane / ${SCAN_DIGITS}u;
  let each = (tileCount() + ${SCAN_RUNS - 1}u) / ${SCAN_RUNS}u;
  let first = min(run * each, tileCount());
  let end = min(first + each, tileCount());
  var sum = 0u;
  for (var tile = first; tile < end; tile++) { sum += counts[base + tile * ${SORT_DIGITS}u]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var reach = ${SCAN_DIGITS}u; reach < ${LANES}u; reach <<= 1u) {
    var before = 0u;
    if (lane >= reach) { before = sums[lane - reach]; }
    workgroupBarrier();
    sums[lane] += before;
    workgroupBarrier();
  }
  var running = sums[lane] - sum;
  for (var tile = first; tile < end; tile++) {
    let count = counts[base + tile * ${SORT_DIGITS}u];
    counts[base + tile * ${SORT_DIGITS}u] = running;
    running += count;
  }
  if (run == ${SCAN_RUNS - 1}u) { totals[sideDigit] = sums[lane]; }
}
`,
};

/** Constants: see `Sort`. Storage: ids or entries, counts, totals, sorted entries. */
export const sortScatterKernel = (isFirst: boolean): Kernel => ({
  label: "sort-scatter",
  bindings: ["step", "constants", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}${shape}${entries(isFirst)}
@group(0) @binding(3) var<storage, read> counts: array<u32>;
@group(0) @binding(4) var<storage, read> totals: array<u32>;
@group(0) @binding(5) var<storage, read_write> sorted: array<vec2u>;
// [words, digits]: the lanes of this round that have the digit.
var<workgroup> marks: array<atomic<u32>, ${WORDS * SORT_DIGITS}>;
var<workgroup> goals: array<u32, ${SORT_DIGITS}>; // where the next pair with the digit goes
var<workgroup> sums: array<u32, 16>; // of 16 digits each

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let side = number / tileCount();
  let tile = number % tileCount();
  if (side > 1u) { return; }
  var ahead: array<vec2u, ${ROUNDS}>;
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    ahead[round] = entryOf(side, min(tile * ${SORT_TILE}u + round * ${LANES}u + lane, step.pairs - 1u));
  }
  // Lane d: how many pairs have digit d, how many of them in earlier tiles, and how many pairs have a digit below d.
  var total = 0u;
  var earlier = 0u;
  let base = side * sort.mostTiles * ${SORT_DIGITS}u + lane;
  if (tileCount() <= ${FEW_TILES}u) {
    for (var t = 0u; t < tileCount(); t++) {
      let count = counts[base + t * ${SORT_DIGITS}u];
      total += count;
      earlier += select(0u, count, t < tile);
    }
  } else {
    total = totals[side * ${SORT_DIGITS}u + lane];
    earlier = counts[base + tile * ${SORT_DIGITS}u];
  }
  goals[lane] = total;
  workgroupBarrier();
  if (lane < 16u) {
    var sum = 0u;
    for (var d = 0u; d < 16u; d++) { sum += goals[lane * 16u + d]; }
    sums[lane] = sum;
  }
  workgroupBarrier();
  var below = 0u;
  for (var group = 0u; group < lane / 16u; group++) { below += sums[group]; }
  for (var d = lane & ~15u; d < lane; d++) { below += goals[d]; }
  workgroupBarrier();
  goals[lane] = side * sort.capacity + below + earlier;
  let word = lane / 32u;
  let bit = 1u << (lane % 32u);
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    let entry = ahead[round];
    let digit = digitOf(entry.x);
    let isThere = tile * ${SORT_TILE}u + round * ${LANES}u + lane < step.pairs;
    if (isThere) { atomicOr(&marks[word * ${SORT_DIGITS}u + digit], bit); }
    workgroupBarrier();
    if (isThere) {
      var goal = goals[digit] + countOneBits(atomicLoad(&marks[word * ${SORT_DIGITS}u + digit]) & (bit - 1u));
      for (var w = 0u; w < word; w++) { goal += countOneBits(atomicLoad(&marks[w * ${SORT_DIGITS}u + digit])); }
      sorted[goal] = entry;
    }
    workgroupBarrier();
    var count = 0u;
    for (var w = 0u; w < ${WORDS}u; w++) {
      count += countOneBits(atomicLoad(&marks[w * ${SORT_DIGITS}u + lane]));
      atomicStore(&marks[w * ${SORT_DIGITS}u + lane], 0u);
    }
    goals[lane] += count;
    workgroupBarrier();
  }
}
`,
});

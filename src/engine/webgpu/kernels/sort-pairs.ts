/**
 * The batch's pairs in the order of their users and, beside it, of their items: a stable counting sort by 8 bits at a time, so
 * equal rows keep the pairs' own order and sums over them repeat bit for bit. Both sides are sorted by the same dispatches.
 *
 *   histogram  counts [2, 256, tiles]: how often each digit occurs in each tile of 256 pairs
 *   scan       counts become, per digit, the number in earlier tiles; totals [2, 256]
 *   scatter    keys and order [2, capacity] move to their places: digits before, plus earlier tiles, plus equal digits before it in the tile
 *
 * Integer atomics count in the histogram, where their order does not show. Bound by memory: 16 bytes a pair, side and pass.
 */
import { builtins, type Kernel, workgroupNumber } from "../kernel.ts";
import { stepStruct } from "../step-numbers.ts";

export const SORT_TILE = 256;
export const SORT_DIGITS = 256;
const LANES = SORT_TILE;

const shape = /* wgsl */ `
struct Sort {
  shift: u32, // of this pass's digit
  isFirst: u32, // keys are the ids themselves, the order is the pairs' own
  capacity: u32,
  mostTiles: u32,
}
@group(0) @binding(1) var<uniform> sort: Sort;
fn tileCount() -> u32 { return (step.pairs + ${SORT_TILE - 1}u) / ${SORT_TILE}u; }
`;

/** Constants: see `Sort`. Storage: keys, counts. */
export const sortHistogramKernel: Kernel = {
  label: "sort-histogram",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}${shape}
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;
var<workgroup> histogram: array<atomic<u32>, ${SORT_DIGITS}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let side = number / tileCount();
  let tile = number % tileCount();
  if (side > 1u) { return; }
  let pair = tile * ${SORT_TILE}u + lane;
  if (pair < step.pairs) { atomicAdd(&histogram[(keys[side * sort.capacity + pair] >> sort.shift) & 255u], 1u); }
  workgroupBarrier();
  counts[(side * ${SORT_DIGITS}u + lane) * sort.mostTiles + tile] = atomicLoad(&histogram[lane]);
}
`,
};

/** Constants: see `Sort`. Storage: counts, totals. A workgroup per side and digit. */
export const sortScanKernel: Kernel = {
  label: "sort-scan",
  bindings: ["step", "constants", "write", "write"],
  code: /* wgsl */ `${stepStruct}${shape}
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> totals: array<u32>;
var<workgroup> sums: array<u32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let row = ${workgroupNumber};
  let each = (tileCount() + ${LANES - 1}u) / ${LANES}u;
  let first = min(lane * each, tileCount());
  let end = min(first + each, tileCount());
  var sum = 0u;
  for (var tile = first; tile < end; tile++) { sum += counts[row * sort.mostTiles + tile]; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var reach = 1u; reach < ${LANES}u; reach <<= 1u) {
    var before = 0u;
    if (lane >= reach) { before = sums[lane - reach]; }
    workgroupBarrier();
    sums[lane] += before;
    workgroupBarrier();
  }
  var running = sums[lane] - sum;
  for (var tile = first; tile < end; tile++) {
    let count = counts[row * sort.mostTiles + tile];
    counts[row * sort.mostTiles + tile] = running;
    running += count;
  }
  if (lane == ${LANES - 1}u) { totals[row] = sums[lane]; }
}
`,
};

/** Constants: see `Sort`. Storage: keys, order, counts, totals, sortedKeys, sortedOrder. */
export const sortScatterKernel: Kernel = {
  label: "sort-scatter",
  bindings: ["step", "constants", "read", "read", "read", "read", "write", "write"],
  code: /* wgsl */ `${stepStruct}${shape}
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> counts: array<u32>;
@group(0) @binding(5) var<storage, read> totals: array<u32>;
@group(0) @binding(6) var<storage, read_write> sortedKeys: array<u32>;
@group(0) @binding(7) var<storage, read_write> sortedOrder: array<u32>;
var<workgroup> digits: array<u32, ${SORT_TILE}>;
var<workgroup> bases: array<u32, ${SORT_DIGITS}>;

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let side = number / tileCount();
  let tile = number % tileCount();
  if (side > 1u) { return; }
  let pair = tile * ${SORT_TILE}u + lane;
  let at = side * sort.capacity + pair;
  var key = 0u;
  if (pair < step.pairs) { key = keys[at]; }
  let digit = (key >> sort.shift) & 255u;
  digits[lane] = digit;
  // Lane d: how many pairs have a digit below d.
  var below = 0u;
  for (var d = 0u; d < lane; d++) { below += totals[side * ${SORT_DIGITS}u + d]; }
  bases[lane] = below;
  workgroupBarrier();
  if (pair >= step.pairs) { return; }
  var goal = side * sort.capacity + bases[digit] + counts[(side * ${SORT_DIGITS}u + digit) * sort.mostTiles + tile];
  for (var earlier = 0u; earlier < lane; earlier++) { goal += u32(digits[earlier] == digit); }
  sortedKeys[goal] = key;
  sortedOrder[goal] = pair;
  if (sort.isFirst == 0u) { sortedOrder[goal] = order[at]; }
}
`,
};

/**
 * Negatives of each sample's own, where draw-batch.ts leaves them out: lists of several, and draws by popularity. A
 * lane a negative; users must have been written. Integers only. Twins: drawNegative (dataset/negative-sampler.ts) and
 * drawUnseenByMass (dataset/popularity-draws.ts).
 *
 *   ids [2, capacity]: items of the pairs of negatives, in the order of pairsOf (tensors/batch-shape.ts)
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { counterRandom, massesOfItems, samplesOfLog, unseenItems } from "./counter-random.ts";

export const NEGATIVE_LANES = 256;

const uniform = /* wgsl */ `${unseenItems}
fn itemOf(user: u32, word: u32) -> u32 { return unseenItem(user, word, log_.items); }
`;

const byMass = /* wgsl */ `
@group(0) @binding(5) var<storage, read> itemMass: array<u32>;
@group(0) @binding(6) var<storage, read> seenMass: array<u32>;
${massesOfItems}
fn itemOf(user: u32, word: u32) -> u32 {
  let start = seenOffsets[user];
  let count = seenOffsets[user + 1u] - start;
  var all = 0u;
  if (count > 0u) {
    let last = seenItems[start + count - 1u];
    all = seenMass[start + count - 1u] + itemMass[last + 1u] - itemMass[last];
  }
  let point = mulHigh(word, itemMass[log_.items] - all);
  var low = 0u;
  var high = count;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (itemMass[seenItems[start + middle]] - seenMass[start + middle] > point) { high = middle; } else { low = middle + 1u; }
  }
  var before = all;
  if (low < count) { before = seenMass[start + low]; }
  return itemOfMass(point + before, log_.items);
}
`;

/** Constants: see samplesOfLog. Storage: seenOffsets, seenItems, ids; by mass also itemMass, seenMass. */
export const drawNegativesKernel = ({ isByMass }: { readonly isByMass: boolean }): Kernel => ({
  label: isByMass ? "draw-negatives by mass" : "draw-negatives",
  bindings: ["step", "constants", "read", "read", "write", ...(isByMass ? (["read", "read"] as const) : [])],
  code: /* wgsl */ `${stepStruct}${samplesOfLog}
@group(0) @binding(2) var<storage, read> seenOffsets: array<u32>;
@group(0) @binding(3) var<storage, read> seenItems: array<u32>;
@group(0) @binding(4) var<storage, read_write> ids: array<u32>;
${counterRandom}${isByMass ? byMass : uniform}
@compute @workgroup_size(${NEGATIVE_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${NEGATIVE_LANES}u + lane;
  let j = index / step.samples;
  if (j >= max(1u, log_.ownNegatives)) { return; }
  let k = index - j * step.samples;
  let place = rowAndSlot(k);
  var draw = place.y;
  var pair = index;
  if (log_.isCompared != 0u) {
    draw += j; // of a list there is one slot, of pairs one negative
    pair += step.samples;
  } else {
    if (draw == 0u) { return; }
    draw -= 1u;
  }
  ids[log_.capacity + pair] = itemOf(ids[k], wordOf(place.x, draw));
}
`,
});

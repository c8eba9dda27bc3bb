/**
 * Negatives that the samples of a block have in common, and which of them each sample leaves out because its user has
 * seen them. Integers only. Twin: drawBlocks (dataset/shared-negatives.ts).
 *
 *   draw-shared   ids [2, capacity] of the pairs of negatives: no user's, one past the last; and their items, drawn by
 *                 mass, or the positives of the block's samples
 *   mask-seen     masks [samples, words]: bit j of a sample's words is set where it leaves negative j out
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { counterRandom, keyedOrder, massesOfItems } from "./counter-random.ts";

export const SHARED_DRAW_LANES = 256;

/** Bits of a word of masks. */
export const MASK_BITS = 32;

const byMass = /* wgsl */ `
@group(0) @binding(3) var<storage, read> itemMass: array<u32>;
${counterRandom}${massesOfItems}
fn itemOf(block: u32, place: u32) -> u32 {
  let word = wordOf(step.firstBlock + block, place);
  return itemOfMass(mulHigh(word, itemMass[shape.items]), shape.items);
}
`;

const ofBatch = /* wgsl */ `
@group(0) @binding(3) var<storage, read> itemColumn: array<u32>;
${keyedOrder}
fn itemOf(block: u32, place: u32) -> u32 {
  // A last block that is short goes on with the batch's first samples.
  let within = (step.firstInBatch + block * shape.blockRows + place) % step.batchSamples;
  return itemColumn[permute(step.firstSample - step.firstInBatch + within, shape.lastSample)];
}
`;

/** Constants: see `Shape`. Storage: ids; by mass itemMass, else itemColumn. */
export const drawSharedKernel = ({ isByMass }: { readonly isByMass: boolean }): Kernel => ({
  label: isByMass ? "draw-shared by mass" : "draw-shared of the batch",
  bindings: ["step", "constants", "write", "read"],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  lastSample: u32, // of an epoch
  users: u32,
  items: u32,
  capacity: u32, // of ids
  blockRows: u32,
  negatives: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;
${isByMass ? byMass : ofBatch}
@compute @workgroup_size(${SHARED_DRAW_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SHARED_DRAW_LANES}u + lane;
  let pair = step.samples + index;
  if (pair >= step.pairs) { return; }
  let block = index / shape.negatives;
  ids[pair] = shape.users;
  ids[shape.capacity + pair] = itemOf(block, index - block * shape.negatives);
}
`,
});

/** Constants: see `Shape`. Storage: seenOffsets, seenItems, ids, masks. */
export const maskSeenKernel: Kernel = {
  label: "mask-seen",
  bindings: ["step", "constants", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
struct Shape {
  words: u32,
  capacity: u32,
  blockRows: u32,
  negatives: u32,
}
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<storage, read> seenOffsets: array<u32>;
@group(0) @binding(3) var<storage, read> seenItems: array<u32>;
@group(0) @binding(4) var<storage, read> ids: array<u32>;
@group(0) @binding(5) var<storage, read_write> masks: array<u32>;

fn hasSeen(user: u32, item: u32) -> bool {
  var low = seenOffsets[user];
  let end = seenOffsets[user + 1u];
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (seenItems[middle] < item) { low = middle + 1u; } else { high = middle; }
  }
  return low < end && seenItems[low] == item;
}

@compute @workgroup_size(${SHARED_DRAW_LANES})
fn main(${builtins}) {
  let index = (${workgroupNumber}) * ${SHARED_DRAW_LANES}u + lane;
  let sample = index / shape.words;
  if (sample >= step.samples) { return; }
  let first = (index - sample * shape.words) * ${MASK_BITS}u;
  let negatives = shape.capacity + step.samples + (sample / shape.blockRows) * shape.negatives;
  var word = 0u;
  for (var bit = 0u; bit < min(${MASK_BITS}u, shape.negatives - first); bit++) {
    if (hasSeen(ids[sample], ids[negatives + first + bit])) { word |= 1u << bit; }
  }
  masks[index] = word;
}
`,
};

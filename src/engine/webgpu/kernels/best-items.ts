/**
 * The best items of users, chosen from their scores on the device. Scores become whole numbers in the same order, so
 * that ties and NaN need no care: 0 is masked, 1 is NaN, and -0 counts as 0. Each lane of a user's workgroup knows the
 * best of its items that is not taken yet; k times the best of the lanes is taken, and its lane looks for its next.
 *
 *   keys [rows, items] -> best [rows, k, 2]: item and key, by falling key, equal keys by rising
 *       item; key 0 where none is left
 *
 * Twin: bestItemsInto (ranker/best-items.ts). Bound by memory: reads the keys once, and a 256th of a row
 * again for each item taken.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const KEY_LANES = 256;

/** step.pairs scores to keys from step.firstSample on. Storage: scores, keys. */
export const rankKeysKernel: Kernel = {
  label: "rank-keys",
  bindings: ["step", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<storage, read> scores: array<u32>;
@group(0) @binding(2) var<storage, read_write> keys: array<u32>;

@compute @workgroup_size(${KEY_LANES})
fn main(${builtins}) {
  let pair = (${workgroupNumber}) * ${KEY_LANES}u + lane;
  if (pair >= step.pairs) { return; }
  let bits = scores[pair];
  let size = bits & 0x7fffffffu;
  var key = bits | 0x80000000u;
  if (bits >= 0x80000000u && size != 0u) { key = ~bits; }
  if (size > 0x7f800000u) { key = 1u; }
  keys[step.firstSample + pair] = key;
}
`,
};

/** Leaves out step.pairs keys. Storage: their indices, keys. */
export const maskKeysKernel: Kernel = {
  label: "mask-keys",
  bindings: ["step", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> keys: array<u32>;

@compute @workgroup_size(${KEY_LANES})
fn main(${builtins}) {
  let number = (${workgroupNumber}) * ${KEY_LANES}u + lane;
  if (number < step.pairs) { keys[indices[number]] = 0u; }
}
`,
};

/** A workgroup per row, step.samples of them. Constants: items, k. Storage: keys, best. */
export const bestItemsKernel: Kernel = {
  label: "best-items",
  bindings: ["step", "constants", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<uniform> extents: vec4u; // items, k
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> best: array<vec2u>;
var<workgroup> laneItems: array<u32, ${KEY_LANES}>;
var<workgroup> laneKeys: array<u32, ${KEY_LANES}>;

// The lane's best item after (lastItem, lastKey).
fn next(first: u32, lane: u32, lastItem: u32, lastKey: u32) -> vec2u {
  var found = vec2u(0xffffffffu, 0u);
  for (var item = lane; item < extents.x; item += ${KEY_LANES}u) {
    let key = keys[first + item];
    let isAfter = key < lastKey || (key == lastKey && item > lastItem);
    if (isAfter && key > found.y) { found = vec2u(item, key); }
  }
  return found;
}

@compute @workgroup_size(${KEY_LANES})
fn main(${builtins}) {
  let row = ${workgroupNumber};
  if (row >= step.samples) { return; }
  let first = row * extents.x;
  var mine = next(first, lane, 0u, 0xffffffffu);
  for (var index = 0u; index < extents.y; index++) {
    laneItems[lane] = mine.x;
    laneKeys[lane] = mine.y;
    for (var half = ${KEY_LANES / 2}u; half > 0u; half >>= 1u) {
      workgroupBarrier();
      if (lane < half) {
        let other = lane + half;
        let isBetter = laneKeys[other] > laneKeys[lane] || (laneKeys[other] == laneKeys[lane] && laneItems[other] < laneItems[lane]);
        if (isBetter) {
          laneItems[lane] = laneItems[other];
          laneKeys[lane] = laneKeys[other];
        }
      }
    }
    workgroupBarrier();
    let taken = vec2u(laneItems[0], laneKeys[0]);
    workgroupBarrier();
    if (lane == 0u) { best[row * extents.y + index] = taken; }
    if (taken.y != 0u && taken.x == mine.x) { mine = next(first, lane, mine.x, mine.y); }
  }
}
`,
};

/** The score behind a key; -Infinity for none and for NaN. */
export function scoresOfKeys(keys: Uint32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const bits = keys.map((key) => (key <= 1 ? 0xff800000 : key >= 0x80000000 ? key - 0x80000000 : ~key));
  return new Float32Array(bits.buffer);
}

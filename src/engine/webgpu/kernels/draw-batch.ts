/**
 * Samples of a step drawn where they are used: rows in the order of the keyed permutation, negatives by rank among the
 * unseen items. Integers only, the same bits as its plain twins drawBatch (dataset/training-batches.ts), permute,
 * threefry and boundedInteger (random.ts) and unseenItemOfRank (dataset/negative-sampler.ts).
 *
 *   ids [2, capacity]: users of the pairs, then their items. Under bpr pair k is (user, positive) and pair
 *       samples + k its negative.
 *   labels [capacity]
 *   weights [capacity], where the log has some: the positive's, or 1 for a negative under bce
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";

export const DRAW_LANES = 64;

const weightsOfLog = /* wgsl */ `
@group(0) @binding(8) var<storage, read> rowWeights: array<f32>;
@group(0) @binding(9) var<storage, read_write> weights: array<f32>;
`;

const drawWeight = /* wgsl */ `
  weights[k] = select(1.0, rowWeights[row], log_.isPairwise != 0u || slot == 0u);`;

/**
 * Constants: see `Log`. Storage: userColumn, itemColumn, seenOffsets, seenItems, ids, labels; of a log with weights
 * also rowWeights, weights.
 */
export const drawBatchKernel = (isWeighted: boolean): Kernel => ({
  label: isWeighted ? "draw-batch weighted" : "draw-batch",
  bindings: [
    ...(["step", "constants", "read", "read", "read", "read", "write", "write"] as const),
    ...(isWeighted ? (["read", "write"] as const) : []),
  ],
  code: /* wgsl */ `${stepStruct}
struct Log {
  lastSample: u32, // samples of an epoch less one: 2^32 samples are allowed
  perPositive: u32,
  isPairwise: u32,
  items: u32,
  capacity: u32,
}
@group(0) @binding(1) var<uniform> log_: Log;
@group(0) @binding(2) var<storage, read> userColumn: array<u32>;
@group(0) @binding(3) var<storage, read> itemColumn: array<u32>;
@group(0) @binding(4) var<storage, read> seenOffsets: array<u32>;
@group(0) @binding(5) var<storage, read> seenItems: array<u32>;
@group(0) @binding(6) var<storage, read_write> ids: array<u32>;
@group(0) @binding(7) var<storage, read_write> labels: array<f32>;
${isWeighted ? weightsOfLog : ""}
@compute @workgroup_size(${DRAW_LANES})
fn main(${builtins}) {
  let k = (${workgroupNumber}) * ${DRAW_LANES}u + lane;
  if (k >= step.samples) { return; }
  let sample = permute(step.firstSample + k);
  let row = sample / log_.perPositive;
  let slot = sample - row * log_.perPositive;
  let user = userColumn[row];
  let positive = itemColumn[row];${isWeighted ? drawWeight : ""}
  ids[k] = user;
  if (log_.isPairwise != 0u) {
    ids[log_.capacity + k] = positive;
    ids[step.samples + k] = user;
    ids[log_.capacity + step.samples + k] = negative(user, row, slot);
  } else if (slot == 0u) {
    ids[log_.capacity + k] = positive;
    labels[k] = 1.0;
  } else {
    ids[log_.capacity + k] = negative(user, row, slot - 1u);
    labels[k] = 0.0;
  }
}

fn negative(user: u32, row: u32, draw: u32) -> u32 {
  let start = seenOffsets[user];
  let taken = seenOffsets[user + 1u] - start;
  let word = threefry(vec2u(step.negativesLow, step.negativesHigh), vec2u(row, draw)).x;
  let rank = mulHigh(word, log_.items - taken);
  var low = 0u;
  var high = taken;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (seenItems[start + middle] - middle > rank) { high = middle; } else { low = middle + 1u; }
  }
  return rank + low;
}

// floor(a b / 2^32), from 16-bit halves
fn mulHigh(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let cross = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (cross >> 16u);
}

fn rotate(x: u32, by: u32) -> u32 { return (x << by) | (x >> (32u - by)); }

fn fourRounds(at: vec2u, by: vec4u) -> vec2u {
  var a = at.x;
  var b = at.y;
  for (var i = 0u; i < 4u; i++) {
    a += b;
    b = rotate(b, by[i]) ^ a;
  }
  return vec2u(a, b);
}

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  let even = vec4u(13u, 15u, 26u, 6u);
  let odd = vec4u(17u, 29u, 16u, 24u);
  var x = counter + key;
  x = fourRounds(x, even) + vec2u(key.y, third + 1u);
  x = fourRounds(x, odd) + vec2u(third, key.x + 2u);
  x = fourRounds(x, even) + vec2u(key.x, key.y + 3u);
  x = fourRounds(x, odd) + vec2u(key.y, third + 4u);
  return fourRounds(x, even) + vec2u(third, key.x + 5u);
}

fn mix(value: u32, key: u32) -> u32 {
  var x = value ^ key;
  x = (x ^ (x >> 16u)) * 0x85ebca6bu;
  x = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return x ^ (x >> 16u);
}

fn permute(position: u32) -> u32 {
  let leftMask = (1u << step.leftBits) - 1u;
  let rightMask = (1u << step.rightBits) - 1u;
  var element = position;
  loop {
    var left = element >> step.rightBits;
    var right = element & rightMask;
    left = (left ^ mix(right, step.roundKeys0)) & leftMask;
    right = (right ^ mix(left, step.roundKeys1)) & rightMask;
    left = (left ^ mix(right, step.roundKeys2)) & leftMask;
    right = (right ^ mix(left, step.roundKeys3)) & rightMask;
    left = (left ^ mix(right, step.roundKeys4)) & leftMask;
    right = (right ^ mix(left, step.roundKeys5)) & rightMask;
    element = (left << step.rightBits) | right;
    if (element <= log_.lastSample) { break; }
  }
  return element;
}
`,
});

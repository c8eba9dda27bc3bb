/**
 * Counter-based draws and the keyed order of an epoch, included by every kernel that draws: whole numbers alone, the
 * same bits as their twins threefry, boundedInteger and permute (random.ts).
 */

/** threefry(key, counter) */
export const threefryFunction = /* wgsl */ `
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
`;

/** wordOf(first, second) and mulHigh(a, b): a draw of the epoch's negatives, and its bound. Takes `step`. */
export const counterRandom = /* wgsl */ `
${threefryFunction}
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

fn wordOf(first: u32, second: u32) -> u32 {
  return threefry(vec2u(step.negativesLow, step.negativesHigh), vec2u(first, second)).x;
}
`;

/** permute(position, last element). Takes `step`. */
export const keyedOrder = /* wgsl */ `
fn mix(value: u32, key: u32) -> u32 {
  var x = value ^ key;
  x = (x ^ (x >> 16u)) * 0x85ebca6bu;
  x = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return x ^ (x >> 16u);
}

fn permute(position: u32, last: u32) -> u32 {
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
    if (element <= last) { break; }
  }
  return element;
}
`;

/** rowAndSlot(k): of the chunk's k-th sample, its row of the log and its place among the row's. Takes `step`. */
export const samplesOfLog = /* wgsl */ `${keyedOrder}
struct Log {
  lastSample: u32, // samples of an epoch less one: 2^32 samples are allowed
  perPositive: u32,
  isCompared: u32,
  items: u32,
  capacity: u32, // of ids
  ownNegatives: u32, // of a sample, where logits are compared
}
@group(0) @binding(1) var<uniform> log_: Log;

fn rowAndSlot(k: u32) -> vec2u {
  let sample = permute(step.firstSample + k, log_.lastSample);
  let row = sample / log_.perPositive;
  return vec2u(row, sample - row * log_.perPositive);
}
`;

/** unseenItem(user, word, items): any item that a user lacks, by a draw. Takes seenOffsets, seenItems and mulHigh. */
export const unseenItems = /* wgsl */ `
fn unseenItem(user: u32, word: u32, items: u32) -> u32 {
  let count = items - (seenOffsets[user + 1u] - seenOffsets[user]);
  return unseenOfRank(user, mulHigh(word, count));
}

// by its rank among those that the user lacks
fn unseenOfRank(user: u32, rank: u32) -> u32 {
  let start = seenOffsets[user];
  var low = 0u;
  var high = seenOffsets[user + 1u] - start;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (seenItems[start + middle] - middle > rank) { high = middle; } else { low = middle + 1u; }
  }
  return rank + low;
}
`;

/** itemOfMass(point, items): whose mass a point falls into. Takes itemMass. Twin: dataset/popularity-draws.ts. */
export const massesOfItems = /* wgsl */ `
fn itemOfMass(point: u32, items: u32) -> u32 {
  var low = 0u;
  var left = items;
  while (left > 1u) {
    let half = left >> 1u;
    if (itemMass[low + half] <= point) {
      low += half;
      left -= half;
    } else {
      left = half;
    }
  }
  return low;
}
`;

/**
 * Named, counter-based randomness. A draw is a pure function of (seed, stream name, epoch, counter): no
 * state, no order, so it is the same on every engine, thread count and batch size, and any kernel language
 * can repeat it bit for bit.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): 32-bit
 * adds, rotations and exclusive-ors only, which JavaScript, C++ and WGSL all have.
 */

/** Two 32-bit words that name a stream. Plain data: kernels take them as arguments. */
export interface StreamKey {
  readonly low: number;
  readonly high: number;
}

/** Where a block function leaves its two 32-bit words, so that hot loops allocate nothing. */
export interface RandomBlock {
  first: number;
  second: number;
}

const KEY_SCHEDULE_PARITY = 0x1bd11bda;

/** Threefry-2x32-20 of the counter (low, high) under `key`. Writes two uniform uint32 words into `out`. */
export function threefry(key: StreamKey, low: number, high: number, out: RandomBlock): void {
  const k0 = key.low | 0;
  const k1 = key.high | 0;
  const k2 = KEY_SCHEDULE_PARITY ^ k0 ^ k1;
  let a = (low + k0) | 0;
  let b = (high + k1) | 0;

  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k1) | 0;
  b = (b + k2 + 1) | 0;

  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k2) | 0;
  b = (b + k0 + 2) | 0;

  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k0) | 0;
  b = (b + k1 + 3) | 0;

  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k1) | 0;
  b = (b + k2 + 4) | 0;

  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  out.first = (a + k2) >>> 0;
  out.second = (b + k0 + 5) >>> 0;
}

/** The key of the stream `name` under a non-negative safe-integer `seed`. Different names give unrelated streams. */
export function streamKey(seed: number, name: string): StreamKey {
  const out = { first: 0, second: 0 };
  let key: StreamKey = { low: seed >>> 0, high: Math.floor(seed / 2 ** 32) >>> 0 };
  const bytes = new TextEncoder().encode(name);
  // Absorb the name four bytes at a time; the length goes in last, so "a" and "a\0" differ.
  for (let offset = 0; offset < bytes.length; offset += 4) {
    let word = 0;
    for (let i = 0; i < 4; i++) word |= (bytes[offset + i] ?? 0) << (8 * i);
    threefry(key, word, offset, out);
    key = { low: out.first, high: out.second };
  }
  return foldIn(key, bytes.length);
}

/** A child stream: the same for the same (key, number), unrelated to its siblings. Used for epochs. */
export function foldIn(key: StreamKey, number: number): StreamKey {
  const out = { first: 0, second: 0 };
  // The high counter word sets children apart from the draws of the parent, whose counters stay below 2^32 - 1.
  threefry(key, number, 0xffffffff, out);
  return { low: out.first, high: out.second };
}

/**
 * A whole number in [0, bound), bound <= 2^32, from one uniform word (multiply-shift, Lemire 2019 without rejection:
 * bias below bound / 2^32).
 */
export function boundedInteger(word: number, bound: number): number {
  // Split so that every product is exact in a double: word * bound may need 64 bits.
  const low = (word & 0xffff) * bound;
  const high = (word >>> 16) * bound;
  return Math.floor((high + Math.floor(low / 65536)) / 65536);
}

/** A number in (0, 1), never 0 or 1: 24 random bits, exact in float32. */
export function unitInterval(word: number): number {
  return ((word >>> 8) + 0.5) / 16777216;
}

/** One standard normal value from one block (Box & Muller 1958, the cosine branch), in float64. */
export function standardNormal(block: RandomBlock): number {
  // 32 bits for the radius: its tail decides how large a value can come out.
  const radius = Math.sqrt(-2 * Math.log((block.first + 0.5) / 4294967296));
  return radius * Math.cos((2 * Math.PI * (block.second + 0.5)) / 4294967296);
}

/**
 * A keyed permutation of [0, size) that needs no memory: position -> element, one to one, size from 1 to
 * 2^32. An alternating unbalanced Feistel network over the next power of two, walked until it lands
 * inside (Black & Rogaway 2002).
 */
export interface Permutation {
  readonly size: number;
  readonly leftBits: number;
  readonly rightBits: number;
  /** One round key per round, uint32. */
  readonly roundKeys: Uint32Array;
}

const PERMUTATION_ROUNDS = 6; // even, so that the halves end where they began
/** Halves of one or two bits have too few round functions: permutations of 10 elements came out up to 6 % unevenly. */
const LEAST_PERMUTATION_BITS = 8;

export function makePermutation(key: StreamKey, size: number): Permutation {
  if (!(Number.isSafeInteger(size) && size >= 1 && size <= 2 ** 32)) {
    throw new RangeError(`permutation: size is ${size}, expected a whole number from 1 to 2^32`);
  }
  const bits = Math.max(LEAST_PERMUTATION_BITS, 32 - Math.clz32(size - 1)); // of the next power of two
  const leftBits = bits >>> 1;
  const roundKeys = new Uint32Array(PERMUTATION_ROUNDS);
  const out = { first: 0, second: 0 };
  for (let round = 0; round < PERMUTATION_ROUNDS; round += 2) {
    threefry(key, round, 0xfffffffe, out);
    roundKeys[round] = out.first;
    roundKeys[round + 1] = out.second;
  }
  return { size, leftBits, rightBits: bits - leftBits, roundKeys };
}

/** The element at `position`; expected cost under two walks from size 128 on, 256 / size below. */
export function permute(permutation: Permutation, position: number): number {
  const { size, leftBits, rightBits, roundKeys } = permutation;
  const leftMask = (1 << leftBits) - 1; // both halves have at most 16 bits
  const rightMask = (1 << rightBits) - 1;
  let element = position;
  do {
    let left = element >>> rightBits;
    let right = element & rightMask;
    for (let round = 0; round < PERMUTATION_ROUNDS; round += 2) {
      left = (left ^ mix(right, roundKeys[round]!)) & leftMask;
      right = (right ^ mix(left, roundKeys[round + 1]!)) & rightMask;
    }
    element = ((left << rightBits) | right) >>> 0;
  } while (element >= size);
  return element;
}

const { imul } = Math; // bound once: in a vm context, as under jest, each look-up of a global costs a microsecond

/** The finaliser of MurmurHash3 (Appleby, public domain) on value ^ key. */
function mix(value: number, key: number): number {
  let x = value ^ key;
  x = imul(x ^ (x >>> 16), 0x85ebca6b);
  x = imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

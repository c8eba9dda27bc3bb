/** Damage to a file's bytes, as disks, networks and hands do it: a pure function of bytes and random numbers. */

/** Numbers in [0, 1) from a seed: a linear congruence is random enough to choose places by. */
export function seededRandom(seed) {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `other` is what a splice takes from. Returns the kind of damage and bytes that differ from the given ones. */
export function mutate(bytes, other, random) {
  for (;;) {
    const kind = kinds[Math.floor(random() * kinds.length)];
    const changed = damage[kind](bytes, other, random);
    if (!changed.equals(bytes)) return { kind, changed };
  }
}

const below = (most, random) => Math.floor(random() * most);
/** Begin and end of a block of up to a quarter of the bytes. */
function block(bytes, random) {
  const length = 1 + below(Math.max(1, bytes.length / 4), random);
  const from = below(Math.max(1, bytes.length - length), random);
  return [from, Math.min(bytes.length, from + length)];
}
const joined = (bytes, from, middle, to) => Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

const damage = {
  "bit flipped": (bytes, _, random) => {
    const changed = Buffer.from(bytes);
    if (bytes.length > 0) changed[below(bytes.length, random)] ^= 1 << below(8, random);
    return changed;
  },
  "bytes changed": (bytes, _, random) => {
    const changed = Buffer.from(bytes);
    for (let k = 0; k < 8 && bytes.length > 0; k++) changed[below(bytes.length, random)] = below(256, random);
    return changed;
  },
  cut: (bytes, _, random) => bytes.subarray(0, below(bytes.length, random)),
  "beginning lost": (bytes, _, random) => bytes.subarray(below(bytes.length, random)),
  "block doubled": (bytes, _, random) => {
    const [from, to] = block(bytes, random);
    return joined(bytes, to, bytes.subarray(from, to), to);
  },
  "block lost": (bytes, _, random) => {
    const [from, to] = block(bytes, random);
    return joined(bytes, from, Buffer.alloc(0), to);
  },
  "block of zeros": (bytes, _, random) => {
    const [from, to] = block(bytes, random);
    return joined(bytes, from, Buffer.alloc(to - from), to);
  },
  "block moved": (bytes, _, random) => {
    const [from, to] = block(bytes, random);
    const [place] = block(bytes, random);
    return joined(bytes, place, bytes.subarray(from, to), Math.min(bytes.length, place + to - from));
  },
  "block of another file": (bytes, other, random) => {
    const [from, to] = block(other, random);
    const [place] = block(bytes, random);
    return joined(bytes, place, other.subarray(from, to), Math.min(bytes.length, place + to - from));
  },
};
const kinds = Object.keys(damage);

/** Which users of millions: a bit each. */

export interface BitSet {
  readonly size: number;
  add(index: number): void;
  remove(index: number): void;
  has(index: number): boolean;
  count(): number;
  /** The words themselves, for a digest. */
  readonly bytes: Uint8Array;
}

/** Of the indices [0, size); none is in it at first, or all. */
export function openBitSet(size: number, isFull = false): BitSet {
  const bytes = new Uint8Array(Math.ceil(size / 8));
  if (isFull) {
    bytes.fill(255);
    if (size % 8 !== 0) bytes[bytes.length - 1] = 2 ** (size % 8) - 1;
  }
  return {
    size,
    bytes,
    add(index) {
      bytes[index >>> 3]! |= 1 << (index & 7);
    },
    remove(index) {
      bytes[index >>> 3]! &= ~(1 << (index & 7));
    },
    has: (index) => ((bytes[index >>> 3]! >>> (index & 7)) & 1) === 1,
    count() {
      let count = 0;
      for (const byte of bytes) for (let rest = byte; rest > 0; rest >>>= 1) count += rest & 1;
      return count;
    },
  };
}

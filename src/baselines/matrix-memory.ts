/**
 * Memory for the one large square matrix that a baseline works in: asked for before it is taken, and used again by the
 * next fit, since a matrix that was merely dropped may still be there when the next one is made.
 */
import { ConfigError } from "../errors.ts";

export interface MatrixMemory {
  /** [size, size] of zeros. Throws ConfigError, in the words of `what`, where that and `besideBytes` do not fit. */
  take(size: number, need: { readonly besideBytes: number; readonly what: string }): Float32Array;
  /** A matrix that nobody reads any more. */
  giveBack(matrix: Float32Array): void;
}

/** `freeBytes` is what this process may still take; what was given back counts beside it. */
export function matrixMemory(freeBytes: () => number): MatrixMemory {
  let spare: Float32Array | null = null;
  return {
    take(size, { besideBytes, what }) {
      const kept = spare;
      spare = null;
      const isEnough = kept !== null && kept.length === size * size;
      const needed = matrixBytes(size) + besideBytes;
      const free = freeBytes() + (isEnough ? kept.byteLength : 0);
      if (needed > free) throw doesNotFit(what, needed, `${bytesText(free)} are free`);
      return isEnough ? kept.fill(0) : newMatrix(size, what, needed);
    },
    giveBack(matrix) {
      spare = matrix;
    },
  };
}

export function matrixBytes(size: number): number {
  return 4 * size ** 2;
}

/** Such as "6.7 GB": two digits, of 10^9 bytes. */
export function bytesText(bytes: number): string {
  return bytes >= 9.95e9 ? `${Math.round(bytes / 1e9)} GB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function newMatrix(size: number, what: string, needed: number): Float32Array {
  try {
    return new Float32Array(size ** 2);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw doesNotFit(what, needed, "this program cannot have so much in one piece");
  }
}

function doesNotFit(what: string, needed: number, has: string): ConfigError {
  return new ConfigError(`${what}: that needs ${bytesText(needed)} of memory, and ${has}; choose item-knn or ials`);
}

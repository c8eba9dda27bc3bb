/**
 * Buffers of equal length used again and again, so that a training step allocates nothing once it has run a few times.
 * The tensors of a ranker have a handful of sizes, so buffers are kept by exact length.
 */

/** Where an array operation gets its result's memory and `tidy` gives it back. */
export interface ArrayPool<F> {
  /** An array of this length with unspecified contents. */
  take(length: number): F;
  /** Keeps `array` for a later `take`; the caller must not use it again. */
  give(array: F): void;
}

export function createArrayPool<F extends { readonly length: number }>(allocate: (length: number) => F): ArrayPool<F> {
  // Sets, not lists: a buffer may be given twice but must not be taken twice.
  const idle = new Map<number, Set<F>>();
  return {
    take(length) {
      const arrays = idle.get(length);
      if (arrays !== undefined) {
        for (const array of arrays) {
          arrays.delete(array);
          return array;
        }
      }
      return allocate(length);
    },
    give(array) {
      const arrays = idle.get(array.length);
      if (arrays === undefined) idle.set(array.length, new Set([array]));
      else arrays.add(array);
    },
  };
}

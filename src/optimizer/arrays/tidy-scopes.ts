/** Who frees what on the host: arrays made inside a `tidy` go back to their pool unless its result still holds them. */

type HostArray = Float32Array | Float64Array;

export interface TidyScopes {
  /** Registers a fresh array with the innermost running `tidy`; returns it. */
  track<F extends HostArray>(array: F): F;
  tidy<T>(work: () => T): T;
  free(owned: unknown): void;
}

/** `giveBack` receives each array that nobody needs any more; one freed inside a running `tidy` comes twice. */
export function createTidyScopes(giveBack: (array: HostArray) => void): TidyScopes {
  const scopes: Set<HostArray>[] = [];

  function track<F extends HostArray>(array: F): F {
    scopes.at(-1)?.add(array);
    return array;
  }

  function tidy<T>(work: () => T): T {
    const scope = new Set<HostArray>();
    const kept = new Set<HostArray>();
    scopes.push(scope);
    try {
      const result = work();
      collectArrays(result, kept);
      return result;
    } finally {
      scopes.pop();
      for (const array of scope) {
        if (kept.has(array)) track(array);
        else giveBack(array);
      }
    }
  }

  function free(owned: unknown): void {
    const arrays = new Set<HostArray>();
    collectArrays(owned, arrays);
    for (const array of arrays) giveBack(array);
  }

  return { track, tidy, free };
}

/** Adds every float array reachable from `value` through plain objects, Maps and arrays. */
function collectArrays(value: unknown, into: Set<HostArray>): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Float32Array || value instanceof Float64Array) into.add(value);
  else if (value instanceof Map) for (const part of value.values()) collectArrays(part, into);
  else if (!ArrayBuffer.isView(value)) for (const part of Object.values(value)) collectArrays(part, into);
}

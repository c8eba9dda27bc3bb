/** What a kernel is to the rest of the engine: WGSL text, and what it binds in which order. */

/**
 * step: the numbers of the running step (step-numbers.ts), at a dynamic offset. constants: numbers of this dispatch
 * that no step changes. read, write: storage.
 */
export type Binding = "step" | "constants" | "read" | "write";

/**
 * Of the factors of a matrix product; sums over more than a tile's depth, and all that is
 * stored, are float32 either way.
 */
export type ProductPrecision = "float32" | "float16";

export interface Kernel {
  /** For messages and profiles. */
  readonly label: string;
  /** Binding k of group 0 is `bindings[k]`; the entry point is `main`. */
  readonly bindings: readonly Binding[];
  readonly code: string;
}

/**
 * The workgroup's number in a dispatch that may be folded into two dimensions (see `foldWorkgroups`).
 * Takes builtins wg and groups.
 */
export const workgroupNumber = "wg.y * groups.x + wg.x";

/** Parameters of every entry point. */
export const builtins = /* wgsl */ `@builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32`;

const MOST_PER_DIMENSION = 65_535;

/** [x, y] with x y >= count; kernels check their number against their work. */
export function foldWorkgroups(count: number): readonly [number, number] {
  if (count <= MOST_PER_DIMENSION) return [count, 1];
  const y = Math.ceil(count / MOST_PER_DIMENSION);
  return [Math.ceil(count / y), y];
}

/**
 * The arithmetic that optimizers are written in. An engine that brings these few operations runs every optimizer,
 * and LAWN over each, as they stand. A is a tensor's storage (a Float32Array, a tfjs tensor). C holds one
 * coefficient per block, where a block is a whole tensor or each of its rows: norms, dots and ratios, kept where the
 * tensors live, in float64 on the host.
 *
 * Every operation returns a new array and leaves its arguments alone; `tidy` frees what is no longer needed. Rates,
 * betas and other settings are plain numbers, known on the host, so that no step ever waits for a device.
 */
import type { FloatArray } from "../../ranker/ranker-spec.ts";

/** A tensor of `size` values cut into `rows` equal consecutive runs; rows is 1 for the whole tensor. */
export interface Blocks {
  readonly size: number;
  readonly rows: number;
}

export interface ArrayOps<A, C> extends TensorOps<A>, BlockOps<A, C> {
  /**
   * Frees every array made inside `work` but those reachable from its result (nested plain objects, Maps and arrays).
   */
  tidy<T>(work: () => T): T;
  /** Frees arrays the caller owns, reachable from `owned` as above. Using one afterwards is an error. */
  free(owned: unknown): void;
}

/** Element by element. */
export interface TensorOps<A> {
  fromHost(values: FloatArray): A;
  /** A copy on the host; on a device this waits. */
  toHost(x: A): Promise<FloatArray>;
  add(x: A, y: A): A;
  multiply(x: A, y: A): A;
  divide(x: A, y: A): A;
  /** alpha x + beta y */
  combine(alpha: number, x: A, beta: number, y: A): A;
  scale(x: A, factor: number): A;
  addScalar(x: A, term: number): A;
  sqrt(x: A): A;
  /** -1, 0 or 1 */
  sign(x: A): A;
}

/** One number per block. `C` arithmetic is element by element over the blocks. */
export interface BlockOps<A, C> {
  /** Per block: sum of x y. */
  dot(x: A, y: A, blocks: Blocks): C;
  /** Per block: x times its coefficient. */
  scaleBlocks(x: A, coefficients: C, blocks: Blocks): A;
  /** Per block: x + coefficient y. */
  addScaledBlocks(x: A, coefficients: C, y: A, blocks: Blocks): A;
  /** Per block: x where mask is not 0, else otherwise. */
  selectBlocks(mask: C, x: A, otherwise: A, blocks: Blocks): A;

  addC(a: C, b: C): C;
  multiplyC(a: C, b: C): C;
  /** a / b; where b is 0 the result is unspecified and must not be selected. */
  divideC(a: C, b: C): C;
  scaleC(a: C, factor: number): C;
  addScalarC(a: C, term: number): C;
  sqrtC(a: C): C;
  /** base^a; the base is at least 0, and so are the exponents. */
  powerC(base: number, a: C): C;
  /** 1 where a > threshold, else 0. */
  greaterC(a: C, threshold: number): C;
  /** a where mask is not 0, else b; never mixes in what was not selected (no 0 * Infinity). */
  selectC(mask: C, a: C, b: C): C;
  /** A tensor of one value per block, and back: what is remembered of a row as a whole. */
  tensorOfBlocks(a: C): A;
  blocksOfTensor(x: A): C;
  blocksFromHost(values: Float64Array): C;
  /** A copy on the host; on a device this waits. */
  blocksToHost(a: C): Promise<Float64Array>;
}

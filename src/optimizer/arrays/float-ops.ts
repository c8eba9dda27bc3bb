/**
 * ArrayOps on the host, over Float32Array for training and Float64Array for checks. Sums accumulate in float64 whatever
 * the storage. Every result comes from a pool, so a step inside `tidy` allocates nothing once it has run a few times.
 */
import { EngineError } from "../../errors.ts";
import type { ArrayOps, Blocks, TensorOps } from "./array-ops.ts";
import { createArrayPool } from "./array-pool.ts";
import { float64BlockArithmetic } from "./float64-block-arithmetic.ts";
import { createTidyScopes } from "./tidy-scopes.ts";

/** Owns a pool that only grows: make one per training session and drop it with the session. */
export function float32Ops(): ArrayOps<Float32Array, Float64Array> {
  const tensors = createArrayPool<Float32Array>((length) => new Float32Array(length));
  const coefficients = createArrayPool<Float64Array>((length) => new Float64Array(length));
  const scopes = createTidyScopes((array) => {
    if (array instanceof Float32Array) tensors.give(array);
    else coefficients.give(array);
  });
  const makeTensor = (length: number) => scopes.track(tensors.take(length));
  const makeCoefficients = (length: number) => scopes.track(coefficients.take(length));
  return {
    tidy: scopes.tidy,
    free: scopes.free,
    ...tensorOps(makeTensor),
    ...tensorBlockOps(makeTensor, makeCoefficients),
    ...float64BlockArithmetic(makeCoefficients),
  };
}

/** As `float32Ops`, in float64: for gradient checks and for tests of identities that float32 would blur. */
export function float64Ops(): ArrayOps<Float64Array, Float64Array> {
  const pool = createArrayPool<Float64Array>((length) => new Float64Array(length));
  const scopes = createTidyScopes((array) => {
    if (array instanceof Float64Array) pool.give(array);
  });
  const make = (length: number) => scopes.track(pool.take(length));
  return {
    tidy: scopes.tidy,
    free: scopes.free,
    ...tensorOps(make),
    ...tensorBlockOps(make, make),
    ...float64BlockArithmetic(make),
  };
}

/**
 * One loop per operation, each written out: a shared loop taking a callback runs several times slower on large tensors.
 */
function tensorOps<A extends Float32Array | Float64Array>(make: (length: number) => A): TensorOps<A> {
  return {
    fromHost(values) {
      const out = make(values.length);
      out.set(values);
      return out;
    },
    toHost: async (x) => x.slice(),
    add(x, y) {
      checkLengths(x.length, y.length);
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = x[i]! + y[i]!;
      return out;
    },
    multiply(x, y) {
      checkLengths(x.length, y.length);
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = x[i]! * y[i]!;
      return out;
    },
    divide(x, y) {
      checkLengths(x.length, y.length);
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = x[i]! / y[i]!;
      return out;
    },
    combine(alpha, x, beta, y) {
      checkLengths(x.length, y.length);
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = alpha * x[i]! + beta * y[i]!;
      return out;
    },
    scale(x, factor) {
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = x[i]! * factor;
      return out;
    },
    addScalar(x, term) {
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = x[i]! + term;
      return out;
    },
    sqrt(x) {
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = Math.sqrt(x[i]!);
      return out;
    },
    sign(x) {
      const out = make(x.length);
      for (let i = 0; i < x.length; i++) out[i] = Math.sign(x[i]!);
      return out;
    },
  };
}

type TensorBlockOps<A> = Pick<
  ArrayOps<A, Float64Array>,
  "dot" | "scaleBlocks" | "addScaledBlocks" | "selectBlocks" | "tensorOfBlocks" | "blocksOfTensor"
>;

function tensorBlockOps<A extends Float32Array | Float64Array>(
  makeTensor: (length: number) => A,
  makeCoefficients: (length: number) => Float64Array,
): TensorBlockOps<A> {
  return {
    dot(x, y, blocks) {
      const width = blockWidth(blocks, x.length, y.length);
      const out = makeCoefficients(blocks.rows);
      for (let row = 0, i = 0; row < blocks.rows; row++) {
        let sum = 0;
        for (const end = i + width; i < end; i++) sum += x[i]! * y[i]!;
        out[row] = sum;
      }
      return out;
    },
    scaleBlocks(x, coefficients, blocks) {
      const width = blockWidth(blocks, x.length, x.length, coefficients.length);
      const out = makeTensor(x.length);
      for (let row = 0, i = 0; row < blocks.rows; row++) {
        const coefficient = coefficients[row]!;
        for (const end = i + width; i < end; i++) out[i] = x[i]! * coefficient;
      }
      return out;
    },
    addScaledBlocks(x, coefficients, y, blocks) {
      const width = blockWidth(blocks, x.length, y.length, coefficients.length);
      const out = makeTensor(x.length);
      for (let row = 0, i = 0; row < blocks.rows; row++) {
        const coefficient = coefficients[row]!;
        for (const end = i + width; i < end; i++) out[i] = x[i]! + coefficient * y[i]!;
      }
      return out;
    },
    selectBlocks(mask, x, otherwise, blocks) {
      const width = blockWidth(blocks, x.length, otherwise.length, mask.length);
      const out = makeTensor(x.length);
      for (let row = 0, i = 0; row < blocks.rows; row++) {
        const chosen = mask[row] !== 0 ? x : otherwise;
        for (const end = i + width; i < end; i++) out[i] = chosen[i]!;
      }
      return out;
    },
    tensorOfBlocks(a) {
      const out = makeTensor(a.length);
      out.set(a);
      return out;
    },
    blocksOfTensor(x) {
      const out = makeCoefficients(x.length);
      out.set(x);
      return out;
    },
  };
}

function checkLengths(left: number, right: number): void {
  if (left !== right) throw new EngineError(`arrays of ${left} and ${right} values, expected equal lengths`);
}

/** Values per block, after checking that every array fits the blocks. */
function blockWidth(blocks: Blocks, left: number, right: number, coefficients = blocks.rows): number {
  checkLengths(left, right);
  if (left !== blocks.size || coefficients !== blocks.rows) {
    throw new EngineError(
      `array of ${left} values with ${coefficients} coefficients, expected ${blocks.size} values in ${blocks.rows} blocks`,
    );
  }
  return blocks.size / blocks.rows;
}

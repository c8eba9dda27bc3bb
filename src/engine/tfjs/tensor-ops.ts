/**
 * ArrayOps on TensorFlow.js: the optimizers of src/optimizer run on any backend as they stand. Tensors are flat,
 * whatever they hold; block coefficients are tensors too, in float32, so that a step never waits for the device. Their
 * sums are pairwise (pairwise-sum.ts).
 */
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { EngineError } from "../../errors.ts";
import type { ArrayOps, BlockOps, Blocks, TensorOps } from "../../optimizer/arrays/array-ops.ts";
import { pairwiseRowSums } from "./pairwise-sum.ts";
import type { Tfjs } from "./tfjs-packages.ts";

export type TensorArrayOps = ArrayOps<Tensor1D, Tensor1D>;

export function tensorArrayOps(tf: Tfjs): TensorArrayOps {
  return { ...ownership(tf), ...tensorOps(tf), ...blockTensorOps(tf), ...coefficientOps(tf) };
}

/** TensorFlow.js's own scopes, but for results in Maps, which it does not look into. */
function ownership(tf: Tfjs): Pick<TensorArrayOps, "tidy" | "free"> {
  return {
    tidy<T>(work: () => T): T {
      const engine = tf.engine();
      engine.startScope();
      const kept: Tensor[] = [];
      try {
        const result = work();
        collectTensors(tf, result, kept);
        return result;
      } finally {
        engine.endScope(kept);
      }
    },
    free(owned) {
      const tensors: Tensor[] = [];
      collectTensors(tf, owned, tensors);
      for (const tensor of tensors) tensor.dispose();
    },
  };
}

function collectTensors(tf: Tfjs, value: unknown, into: Tensor[]): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof tf.Tensor) into.push(value);
  else if (value instanceof Map) for (const part of value.values()) collectTensors(tf, part, into);
  else if (!ArrayBuffer.isView(value)) for (const part of Object.values(value)) collectTensors(tf, part, into);
}

function tensorOps(tf: Tfjs): TensorOps<Tensor1D> {
  const scaled = (x: Tensor1D, factor: number): Tensor1D => (factor === 1 ? x : tf.mul(x, factor));
  return {
    fromHost: (values) => tf.tensor1d(Float32Array.from(values), "float32"),
    toHost: async (x) => Float32Array.from(await x.data()), // a copy: some backends hand out their own memory
    add: (x, y) => tf.add(x, sameLength(x, y)),
    multiply: (x, y) => tf.mul(x, sameLength(x, y)),
    divide: (x, y) => tf.div(x, sameLength(x, y)),
    combine: (alpha, x, beta, y) => tf.tidy(() => tf.add(scaled(x, alpha), scaled(sameLength(x, y), beta))),
    scale: (x, factor) => tf.mul(x, factor),
    addScalar: (x, term) => tf.add(x, term),
    sqrt: (x) => tf.sqrt(x),
    // Not tf.sign, which takes small numbers for 0 on some backends.
    sign: (x) => tf.tidy(() => tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32"))),
  };
}

type BlockTensorOps = Pick<
  TensorArrayOps,
  "dot" | "scaleBlocks" | "addScaledBlocks" | "selectBlocks" | "tensorOfBlocks" | "blocksOfTensor"
>;

function blockTensorOps(tf: Tfjs): BlockTensorOps {
  const inRows = (x: Tensor1D, { size, rows }: Blocks): Tensor2D => tf.reshape(x, [rows, size / rows]);
  const asColumn = (coefficients: Tensor1D): Tensor2D => tf.reshape(coefficients, [coefficients.size, 1]);
  return {
    dot(x, y, blocks) {
      checkBlocks(blocks, { arrays: [x, y] });
      return tf.tidy(() => pairwiseRowSums(tf, inRows(tf.mul(x, y), blocks)));
    },
    scaleBlocks(x, coefficients, blocks) {
      checkBlocks(blocks, { arrays: [x], coefficients });
      return tf.tidy(() => tf.reshape(tf.mul(inRows(x, blocks), asColumn(coefficients)), [blocks.size]));
    },
    addScaledBlocks(x, coefficients, y, blocks) {
      checkBlocks(blocks, { arrays: [x, y], coefficients });
      return tf.tidy(() => {
        const scaled = tf.mul(inRows(y, blocks), asColumn(coefficients));
        return tf.add(x, tf.reshape(scaled, [blocks.size]));
      });
    },
    selectBlocks(mask, x, otherwise, blocks) {
      checkBlocks(blocks, { arrays: [x, otherwise], coefficients: mask });
      return tf.tidy(() => {
        const spread = tf.mul(tf.ones([blocks.rows, blocks.size / blocks.rows]), asColumn(mask));
        const isChosen = tf.notEqual(spread, 0);
        return tf.reshape(tf.where(isChosen, inRows(x, blocks), inRows(otherwise, blocks)), [blocks.size]);
      });
    },
    tensorOfBlocks: (a) => tf.clone(a),
    blocksOfTensor: (x) => tf.clone(x),
  };
}

type CoefficientOps = Omit<BlockOps<Tensor1D, Tensor1D>, keyof BlockTensorOps>;

function coefficientOps(tf: Tfjs): CoefficientOps {
  return {
    addC: (a, b) => tf.add(a, sameLength(a, b)),
    multiplyC: (a, b) => tf.mul(a, sameLength(a, b)),
    divideC: (a, b) => tf.div(a, sameLength(a, b)),
    scaleC: (a, factor) => tf.mul(a, factor),
    addScalarC: (a, term) => tf.add(a, term),
    sqrtC: (a) => tf.sqrt(a),
    powerC: (base, a) => tf.tidy(() => tf.pow(tf.scalar(base), a)),
    greaterC: (a, threshold) => tf.tidy(() => tf.cast(tf.greater(a, threshold), "float32")),
    selectC: (mask, a, b) => tf.tidy(() => tf.where(tf.notEqual(mask, 0), a, sameLength(a, b))),
    blocksFromHost: (values) => tf.tensor1d(Float32Array.from(values), "float32"),
    blocksToHost: async (a) => Float64Array.from(await a.data()),
  };
}

/** y; TensorFlow.js would stretch a tensor of 1 value without a word. */
function sameLength(x: Tensor1D, y: Tensor1D): Tensor1D {
  if (x.size !== y.size) throw new EngineError(`arrays of ${x.size} and ${y.size} values, expected equal lengths`);
  return y;
}

function checkBlocks(
  { size, rows }: Blocks,
  { arrays, coefficients }: { readonly arrays: readonly Tensor1D[]; readonly coefficients?: Tensor1D },
): void {
  const blocks = coefficients?.size ?? rows;
  for (const array of arrays) {
    if (array.size === size && blocks === rows) continue;
    throw new EngineError(
      `array of ${array.size} values with ${blocks} coefficients, expected ${size} values in ${rows} blocks`,
    );
  }
}

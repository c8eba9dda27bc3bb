/**
 * The leading right singular vectors of a large sparse matrix of ones: randomised subspace iteration (Halko, Martinsson
 * & Tropp 2011, algorithms 4.4 and 5.1). Blocks of vectors are held column by column.
 */
import { type RandomBlock, type StreamKey, standardNormal, threefry } from "../random.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Ones at (row, columns[k]) for k in [offsets[row], offsets[row + 1]). */
export interface SparseOnes {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly columnIndices: Uint32Array;
}

export interface RightSingular {
  /** Descending; as many as asked for, or as the smaller side has. */
  readonly values: Float64Array;
  /** [values.length, columns]: row k is the right singular vector of values[k]; zeros where the value is 0. */
  readonly vectors: Float64Array;
}

/** Vectors kept beyond those asked for, and rounds of A A^T: the error is then far below that of sampled metrics. */
const OVERSAMPLING = 10;
const ROUNDS = 8;

/** A pure function of its arguments. About 2 (ROUNDS + 1) (rank + 10) x ones additions. */
export function leadingRightSingular(matrix: SparseOnes, rank: number, key: StreamKey): RightSingular {
  const kept = Math.min(rank, matrix.rows, matrix.columns);
  const width = Math.min(kept + OVERSAMPLING, matrix.rows, matrix.columns);
  let rowsBlock = orthonormal(Array.from({ length: width }, (_, k) => times(matrix, normals(matrix.columns, k, key))));
  for (let round = 0; round < ROUNDS; round++) {
    const columnsBlock = orthonormal(rowsBlock.map((vector) => timesTransposed(matrix, vector)));
    rowsBlock = orthonormal(columnsBlock.map((vector) => times(matrix, vector)));
  }
  // B = Q^T A is small on one side: its right singular vectors come from the eigenvectors of B B^T.
  const b = rowsBlock.map((vector) => timesTransposed(matrix, vector)); // [width] rows of `columns`
  const gram = new Float64Array(width * width);
  for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) gram[i * width + j] = dot(b[i]!, b[j]!);
  const { values, vectors } = symmetricEigen(gram, width);
  const singular = Float64Array.from({ length: kept }, (_, k) => Math.sqrt(Math.max(0, values[k]!)));
  const right = new Float64Array(kept * matrix.columns);
  for (let k = 0; k < kept; k++) {
    // Below this a value is rounding: the matrix has no such direction.
    if (singular[k]! <= 1e-7 * singular[0]!) {
      singular[k] = 0;
      continue;
    }
    const out = right.subarray(k * matrix.columns, (k + 1) * matrix.columns);
    for (let i = 0; i < width; i++) addScaled(out, vectors[k * width + i]! / singular[k]!, b[i]!);
  }
  return { values: singular, vectors: right };
}

function times({ rows, offsets, columnIndices }: SparseOnes, vector: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let position = offsets[row]!; position < offsets[row + 1]!; position++)
      sum += vector[columnIndices[position]!]!;
    out[row] = sum;
  }
  return out;
}

function timesTransposed({ rows, columns, offsets, columnIndices }: SparseOnes, vector: Float64Array): Float64Array {
  const out = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const value = vector[row]!;
    for (let position = offsets[row]!; position < offsets[row + 1]!; position++)
      out[columnIndices[position]!]! += value;
  }
  return out;
}

/** Modified Gram-Schmidt, each vector twice; one that lies in the span of those before it becomes zero. In place. */
function orthonormal(block: readonly Float64Array[]): readonly Float64Array[] {
  for (const [k, vector] of block.entries()) {
    const before = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < k; other++) addScaled(vector, -dot(vector, block[other]!), block[other]!);
    }
    const length = Math.sqrt(dot(vector, vector));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  }
  return block;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(out: Float64Array, scale: number, vector: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i]! += scale * vector[i]!;
}

function normals(length: number, column: number, key: StreamKey): Float64Array {
  const block: RandomBlock = { first: 0, second: 0 };
  const out = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    threefry(key, row, column, block);
    out[row] = standardNormal(block);
  }
  return out;
}

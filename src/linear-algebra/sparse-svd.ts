/**
 * The leading right singular vectors of a large sparse matrix of ones: subspace iteration on A^T A with a Chebyshev
 * filter, to a tolerance (Zhou, Saad, Tiago & Chelikowsky 2006). A block is an array of vectors.
 */
import { DataError } from "../errors.ts";
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

/** Vectors kept beyond those asked for: the closer the next value, the more of them a round needs. */
const OVERSAMPLING = 10;
/** Of an eigenvector of A^T A: its residual's length over the largest eigenvalue. */
const TOLERANCE = 1e-8;
/** A filter that grew the largest direction by more would drown the others in rounding. */
const MOST_GROWTH = 1e7;
const MOST_DEGREE = 20;
const MOST_ROUNDS = 500;

/**
 * A pure function of its arguments: rounds go on until every residual is below the tolerance. Converged vectors are set
 * aside (locked), so that later rounds work on the rest alone. Throws DataError where 500 rounds do not suffice.
 */
export function leadingRightSingular(matrix: SparseOnes, rank: number, key: StreamKey): RightSingular {
  const { columns } = matrix;
  const most = Math.min(matrix.rows, columns);
  const kept = Math.min(rank, most);
  const width = Math.min(kept + OVERSAMPLING, columns);
  const locked: RitzPair[] = [];
  let block = Array.from({ length: width }, (_, k) => normals(columns, k, key));
  for (let round = 0; locked.length < kept; round++) {
    if (round === MOST_ROUNDS) {
      throw new DataError(`singular vectors: ${locked.length} of ${kept} after ${MOST_ROUNDS} rounds; ask for fewer`);
    }
    orthonormalize(block, locked, (k) => normals(columns, width * (round + 1) + k, key));
    const pairs = rayleighRitz(matrix, block);
    const largest = Math.max(locked[0]?.value ?? 0, pairs[0]!.value);
    // From the largest on: a smaller one may still turn out to be part of a larger one that comes later.
    const converged = pairs.findIndex(({ residual }) => !(residual <= TOLERANCE * largest));
    locked.push(...pairs.splice(0, converged < 0 ? pairs.length : converged));
    if (locked.length >= kept) break;
    block = pairs.map(({ vector }) => vector);
    const image = (vector: Float64Array): Float64Array => timesGram(matrix, vector, locked);
    block = block.map((vector) => filtered(vector, image, { cutoff: pairs.at(-1)!.value, largest: pairs[0]!.value }));
  }
  const values = new Float64Array(kept);
  const vectors = new Float64Array(kept * columns);
  for (const [k, { value, vector }] of locked.slice(0, kept).entries()) {
    // Below this a value is rounding: the matrix has no such direction.
    if (value <= 1e-14 * locked[0]!.value) continue;
    values[k] = Math.sqrt(value);
    vectors.set(vector, k * columns);
  }
  return { values, vectors };
}

/** An approximate eigenvalue and unit eigenvector of A^T A, and the length of A^T A v - value v. */
interface RitzPair {
  readonly value: number;
  readonly vector: Float64Array;
  readonly residual: number;
}

/** The best approximations within the span of an orthonormal block, largest value first (Rayleigh-Ritz). */
function rayleighRitz(matrix: SparseOnes, block: readonly Float64Array[]): RitzPair[] {
  const width = block.length;
  const images = block.map((vector) => timesGram(matrix, vector, []));
  const projected = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      projected[i * width + j] = dot(block[i]!, images[j]!);
      projected[j * width + i] = projected[i * width + j]!;
    }
  }
  const { values, vectors } = symmetricEigen(projected, width);
  return Array.from(values, (value, k) => {
    const turned = vectors.subarray(k * width, (k + 1) * width);
    const vector = combination(block, turned);
    const rest = combination(images, turned);
    addScaled(rest, -value, vector);
    return { value: Math.max(0, value), vector, residual: Math.sqrt(dot(rest, rest)) };
  });
}

/**
 * The Chebyshev polynomial of A^T A that stays within 1 on [0, cutoff] and grows beyond it, of a vector (Zhou et al.
 * 2006). Its degree is as high as rounding allows.
 */
function filtered(
  vector: Float64Array,
  image: (vector: Float64Array) => Float64Array,
  { cutoff, largest }: { readonly cutoff: number; readonly largest: number },
): Float64Array {
  const half = cutoff / 2;
  // Nothing to damp: a plain power step separates enough.
  if (!(half > 1e-12 * largest)) return image(vector);
  const growth = Math.acosh(Math.max(1, largest / half - 1)); // of the largest, per degree, as an exponent
  const degree = Math.max(2, Math.min(MOST_DEGREE, Math.floor(Math.acosh(MOST_GROWTH) / growth)));
  let before = vector;
  let now = image(vector);
  for (let i = 0; i < now.length; i++) now[i] = now[i]! / half - vector[i]!;
  for (let step = 2; step <= degree; step++) {
    const next = image(now);
    for (let i = 0; i < next.length; i++) next[i] = 2 * (next[i]! / half - now[i]!) - before[i]!;
    [before, now] = [now, next];
  }
  return now;
}

/** A^T A v without its part along `locked`, which rounding would bring back and the filter blow up. */
function timesGram(matrix: SparseOnes, vector: Float64Array, locked: readonly RitzPair[]): Float64Array {
  const image = timesTransposed(matrix, times(matrix, vector));
  for (const known of locked) addScaled(image, -dot(image, known.vector), known.vector);
  return image;
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

/** Gram-Schmidt against `others` and the vectors before, twice, in place; what lies in their span is drawn anew. */
function orthonormalize(
  block: Float64Array[],
  others: readonly RitzPair[],
  draw: (index: number) => Float64Array,
): void {
  for (let k = 0; k < block.length; k++) {
    const earlier = [...others.map(({ vector }) => vector), ...block.slice(0, k)];
    if (!isMadeOrthogonal(block[k]!, earlier)) {
      block[k] = draw(k);
      isMadeOrthogonal(block[k]!, earlier);
    }
  }
}

/** False where nothing but rounding is left of the vector. */
function isMadeOrthogonal(vector: Float64Array, others: readonly Float64Array[]): boolean {
  const before = Math.sqrt(dot(vector, vector));
  for (let pass = 0; pass < 2; pass++) for (const other of others) addScaled(vector, -dot(vector, other), other);
  const length = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return length > 1e-12 * before;
}

/** The sum of weights[k] block[k]. */
function combination(block: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(block[0]!.length);
  for (const [k, vector] of block.entries()) addScaled(out, weights[k]!, vector);
  return out;
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

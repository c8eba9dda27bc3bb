/**
 * All eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations (Golub
 * & Van Loan, section 8.5).
 */

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** [size, size]: row k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 40; // ten are enough for a few hundred rows; convergence is quadratic

/** Reads both triangles; `matrix` is left as it is. O(size^3) a sweep. */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size); // row k turns with row k of a
  for (let k = 0; k < size; k++) vectors[k * size + k] = 1;
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonalNorm(a, size) > 1e-14 * scale; sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  const order = Array.from({ length: size }, (_, k) => k).sort((x, y) => a[y * size + y]! - a[x * size + x]! || x - y);
  const sorted = new Float64Array(size * size);
  for (const [index, k] of order.entries()) sorted.set(vectors.subarray(k * size, (k + 1) * size), index * size);
  return { values: Float64Array.from(order, (k) => a[k * size + k]!), vectors: sorted };
}

function offDiagonalNorm(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) sum += 2 * a[i * size + j]! ** 2;
  return Math.sqrt(sum);
}

/** Makes a_pq zero: t is the smaller root of t^2 + 2 theta t - 1 = 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q]!;
  if (off === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const x = a[k * size + p]!;
    const y = a[k * size + q]!;
    a[k * size + p] = c * x - s * y;
    a[k * size + q] = s * x + c * y;
  }
  turnRows(a, size, p, q, c, s);
  turnRows(vectors, size, p, q, c, s);
}

function turnRows(rows: Float64Array, size: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < size; k++) {
    const x = rows[p * size + k]!;
    const y = rows[q * size + k]!;
    rows[p * size + k] = c * x - s * y;
    rows[q * size + k] = s * x + c * y;
  }
}

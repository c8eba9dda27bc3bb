/** The oracle of every faster DenseAlgebra, and the fallback without a compiler: plain loops in float64. */
import { DataError } from "../errors.ts";
import type { DenseAlgebra, LeastSquaresSweep } from "./dense-algebra.ts";

export const plainAlgebra: DenseAlgebra = {
  description: "plain loops, float64",
  threads: null,
  async invert(matrix, size) {
    const exact = Float64Array.from({ length: size * size }, (_, place) => {
      const [row, column] = [Math.floor(place / size), place % size];
      return matrix[Math.max(row, column) * size + Math.min(row, column)]!;
    });
    invertPositiveDefinite(exact, size);
    matrix.set(exact);
  },
  inverseScratchBytes: (size) => 8 * size ** 2,
  async sweep(sweep) {
    sweepRows(sweep);
  },
};

/** Cholesky, matrix = R^T R, then the inverse from R^-1; only the upper triangle is read. size^3 multiplications. */
function invertPositiveDefinite(matrix: Float64Array, size: number): void {
  cholesky(matrix, size);
  // R^-1 takes the place of R, column by column from the right: row i of R^-1 needs rows below it.
  for (let i = size - 1; i >= 0; i--) {
    const row = matrix.subarray(i * size, (i + 1) * size);
    const pivot = 1 / row[i]!;
    const factors = row.slice(i + 1);
    row.fill(0, i + 1);
    for (const [position, factor] of factors.entries()) {
      const below = matrix.subarray((i + 1 + position) * size, (i + 2 + position) * size);
      for (let j = i + 1 + position; j < size; j++) row[j]! -= factor * below[j]!;
    }
    for (let j = i + 1; j < size; j++) row[j]! *= pivot;
    row[i] = pivot;
  }
  // Inverse = R^-1 R^-T: element (i, j), i <= j, is the product of the two rows from j on.
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let k = j; k < size; k++) sum += matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = sum; // R^-1 at (i, j) is not needed any more: later sums start at larger k
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[i * size + j] = matrix[j * size + i]!;
}

function sweepRows({ offsets, columns, confidences, width, other, ridge, weight, own }: LeastSquaresSweep): void {
  const gram = new Float64Array(width * width);
  for (let at = 0; at < other.length; at += width) addOuterProduct(gram, other.subarray(at, at + width), weight);
  const system = new Float64Array(width * width);
  const solution = new Float64Array(width);
  for (let row = 0; row + 1 < offsets.length; row++) {
    system.set(gram);
    solution.fill(0);
    for (let i = 0; i < width; i++) system[i * width + i]! += ridge[row]!;
    for (let position = offsets[row]!; position < offsets[row + 1]!; position++) {
      const vector = other.subarray(columns[position]! * width, (columns[position]! + 1) * width);
      const confidence = confidences === null ? 1 : confidences[position]!;
      addOuterProduct(system, vector, confidence);
      for (let i = 0; i < width; i++) solution[i]! += confidence * vector[i]!;
    }
    cholesky(system, width);
    solve(system, solution);
    own.set(solution, row * width);
  }
}

/** The upper triangle alone. */
function addOuterProduct(matrix: Float64Array, vector: Float32Array, weight: number): void {
  const width = vector.length;
  for (let i = 0; i < width; i++) {
    const factor = weight * vector[i]!;
    for (let j = i; j < width; j++) matrix[i * width + j]! += factor * vector[j]!;
  }
}

/** The upper triangle becomes R of matrix = R^T R. */
function cholesky(matrix: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    const pivotRow = matrix.subarray(k * size, (k + 1) * size);
    if (!(pivotRow[k]! > 0)) throw notPositiveDefinite();
    const pivot = Math.sqrt(pivotRow[k]!);
    pivotRow[k] = pivot;
    for (let j = k + 1; j < size; j++) pivotRow[j]! /= pivot;
    for (let i = k + 1; i < size; i++) {
      const factor = pivotRow[i]!;
      if (factor === 0) continue;
      const row = matrix.subarray(i * size, (i + 1) * size);
      for (let j = i; j < size; j++) row[j]! -= factor * pivotRow[j]!;
    }
  }
}

/** R^T R x = b, in place of b. */
function solve(upper: Float64Array, solution: Float64Array): void {
  const size = solution.length;
  for (let k = 0; k < size; k++) {
    solution[k]! /= upper[k * size + k]!;
    for (let j = k + 1; j < size; j++) solution[j]! -= solution[k]! * upper[k * size + j]!;
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) solution[k]! -= upper[k * size + j]! * solution[j]!;
    solution[k]! /= upper[k * size + k]!;
  }
}

export function notPositiveDefinite(): DataError {
  return new DataError("linear algebra: a matrix is not positive definite; raise the regularization");
}

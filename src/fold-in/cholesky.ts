/** A = L L' of a symmetric positive definite matrix, and A x = b by it (Golub & Van Loan, Matrix Computations, 4.2). */

export interface CholeskyFactor {
  /** b becomes the x of A x = b. */
  solveInPlace(b: Float64Array): void;
}

/** Of `matrix` [width, width] the lower triangle is read. Throws RangeError where it is not positive definite. */
export function choleskyFactor(matrix: Float64Array, width: number): CholeskyFactor {
  const factor = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * width + k]! * factor[j * width + k]!;
      if (i > j) factor[i * width + j] = sum / factor[j * width + j]!;
      else if (sum > 0) factor[i * width + i] = Math.sqrt(sum);
      else throw new RangeError(`cholesky: pivot ${i} is ${sum}, expected above 0`);
    }
  }
  return {
    solveInPlace(b) {
      for (let i = 0; i < width; i++) {
        let sum = b[i]!;
        for (let k = 0; k < i; k++) sum -= factor[i * width + k]! * b[k]!;
        b[i] = sum / factor[i * width + i]!;
      }
      for (let i = width - 1; i >= 0; i--) {
        const value = b[i]! / factor[i * width + i]!;
        b[i] = value;
        for (let k = 0; k < i; k++) b[k]! -= factor[i * width + k]! * value;
      }
    },
  };
}

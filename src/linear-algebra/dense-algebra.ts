/** The heavy linear algebra that baselines need, as a seam: plain loops here, native kernels in src/engine/native. */

/** A row of `own` for each row of a sparse matrix, given the rows of `other` that stand for its columns. */
export interface LeastSquaresSweep {
  /** Columns of row r: columns[offsets[r] .. offsets[r + 1]). */
  readonly offsets: Uint32Array;
  readonly columns: Uint32Array;
  /** [columns] at least 0: what each of a row's vectors counts; null where all count 1. */
  readonly confidences: Float32Array | null;
  /** Length of a vector. */
  readonly width: number;
  /** [columns of the matrix, width] */
  readonly other: Float32Array;
  /** [rows] added to the diagonal. */
  readonly ridge: Float64Array;
  /** Of the sum of o o^T over every row o of `other`. */
  readonly weight: number;
  /** [rows, width] out */
  readonly own: Float32Array;
}

export interface DenseAlgebra {
  /** Such as "native: AVX-512, 2 threads". */
  readonly description: string;
  /** Of native kernels; null for plain loops, which have one and take many times as long. */
  readonly threads: number | null;
  /**
   * [size, size], symmetric positive definite, becomes its inverse in place; the lower triangle alone is read. Throws
   * DataError where it is not positive definite; the matrix is destroyed then.
   */
  invert(matrix: Float32Array, size: number): Promise<void>;
  /** What `invert` takes beside the matrix, about. */
  inverseScratchBytes(size: number): number;
  /**
   * own[r] = (weight x sum of o o^T + ridge[r] I + sum of c v v^T)^-1 x sum of c v, over the row's vectors v and their
   * confidences c. Throws DataError where a system is not positive definite.
   */
  sweep(sweep: LeastSquaresSweep): Promise<void>;
}

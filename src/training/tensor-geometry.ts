/** Lengths and angles of tensors seen as vectors; sums in float64 whatever the storage. */
import type { FloatArray } from "../ranker/ranker-spec.ts";

export function norm(values: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

/**
 * Length of the part of `gradient` that is tangent to the spheres through `weights`, one per each of `rows` equal
 * runs: what a step can still turn once norms are fixed. P(g) = g - (<w, g> / ||w||^2) w; a run of zero weights has
 * no normal and keeps its g.
 */
export function tangentNorm(gradient: FloatArray, weights: FloatArray, rows: number): number {
  const width = weights.length / rows;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    let dot = 0;
    let squared = 0;
    for (let i = start; i < start + width; i++) {
      dot += weights[i]! * gradient[i]!;
      squared += weights[i]! * weights[i]!;
    }
    const coefficient = squared > 0 ? dot / squared : 0;
    for (let i = start; i < start + width; i++) sum += (gradient[i]! - coefficient * weights[i]!) ** 2;
  }
  return Math.sqrt(sum);
}

/** ||to - from|| / ||from||; NaN or Infinity when `from` is zero. */
export function relativeDisplacement(from: FloatArray, to: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < from.length; i++) sum += (to[i]! - from[i]!) ** 2;
  return Math.sqrt(sum) / norm(from);
}

/**
 * Angle between two vectors in radians, [0, pi]; NaN when either is zero. From the half-angle formula of Kahan (2006),
 * since the arc cosine of a dot product loses half the digits of the small angles that one epoch turns.
 */
export function angleBetween(from: FloatArray, to: FloatArray): number {
  const fromNorm = norm(from);
  const toNorm = norm(to);
  let difference = 0;
  let sum = 0;
  for (let i = 0; i < from.length; i++) {
    const a = from[i]! / fromNorm;
    const b = to[i]! / toNorm;
    difference += (a - b) ** 2;
    sum += (a + b) ** 2;
  }
  return 2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum));
}

/** Length of each of `rows` equal runs, in order. */
export function rowNorms(values: FloatArray, rows: number): Float64Array {
  const width = values.length / rows;
  return Float64Array.from({ length: rows }, (_, row) => norm(values.subarray(row * width, (row + 1) * width)));
}

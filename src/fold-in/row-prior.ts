/**
 * What the ranker's own users say about a row before anything is known of a person: a normal distribution with their
 * mean and covariance (empirical Bayes). A row costs (row - mean)' precision (row - mean) / 2: what a person's few
 * items do not decide stays as it is among users, and directions that no user took stay shut.
 */
import type { Parameters } from "../ranker/ranker-spec.ts";
import { type CholeskyFactor, choleskyFactor } from "./cholesky.ts";
import type { RowLayout } from "./row-layout.ts";

export interface RowPrior {
  /** [width] */
  readonly mean: Float64Array;
  /** [width, width], the inverse of the covariance. */
  readonly precision: Float64Array;
}

/** Rows beyond so many tell little more of a covariance; those taken are spread evenly. */
const MOST_USERS = 4096;
/** Of the mean variance, added to each: a covariance of few users, or of an entry that never moved, has an inverse. */
const LEAST_VARIANCE = 1e-4;

/** `users` are rows that were trained, at least one. */
export function rowPrior(layout: RowLayout, parameters: Parameters, users: Uint32Array): RowPrior {
  const { width } = layout;
  const taken = Math.min(users.length, MOST_USERS);
  const rows = rowsOfUsers(layout, parameters, spread(users, taken));
  const mean = new Float64Array(width);
  for (let k = 0, at = 0; k < taken; k++) for (let i = 0; i < width; i++) mean[i]! += rows[at++]! / taken;
  const covariance = new Float64Array(width * width);
  for (let k = 0; k < taken; k++) {
    const row = rows.subarray(k * width, (k + 1) * width);
    for (let i = 0; i < width; i++) row[i]! -= mean[i]!;
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) covariance[i * width + j]! += (row[i]! * row[j]!) / taken;
    }
  }
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i]!;
  // Users who are all alike, or a single one: every row is theirs.
  const least = trace === 0 ? Number.EPSILON : (LEAST_VARIANCE * trace) / width;
  for (let i = 0; i < width; i++) covariance[i * width + i]! += least;
  return { mean, precision: inverse(choleskyFactor(covariance, width), width) };
}

/** So many of `users`, evenly. */
export function spread(users: Uint32Array, taken: number): Uint32Array {
  return Uint32Array.from({ length: taken }, (_, k) => users[Math.floor((k * users.length) / taken)]!);
}

/** [users, width] */
export function rowsOfUsers({ tables, width }: RowLayout, parameters: Parameters, users: Uint32Array): Float64Array {
  const rows = new Float64Array(users.length * width);
  for (const [k, user] of users.entries()) {
    for (const { name, start, end } of tables) {
      const values = parameters.get(name)!; // the layout names tables of this ranker
      const own = end - start;
      for (let i = 0; i < own; i++) rows[k * width + start + i] = values[user * own + i]!;
    }
  }
  return rows;
}

function inverse(factor: CholeskyFactor, width: number): Float64Array {
  const result = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    const column = result.subarray(i * width, (i + 1) * width); // symmetric: a column is a row
    column[i] = 1;
    factor.solveInPlace(column);
  }
  return result;
}

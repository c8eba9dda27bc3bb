/**
 * A person's row where the dot path is a cosine: that part of it is a direction, so it has one length, and the solver
 * moves freely in numbers of which the direction alone counts.
 */
import type { TableOfRow } from "./row-layout.ts";

export interface RowDirection {
  /** The row that free numbers stand for, [width] into `row`: the same but for the part, which has its length. */
  rowOf(free: Float64Array, row: Float64Array): void;
  /** Makes of d value / d row, in place, d value / d free numbers. */
  pullBack(free: Float64Array, gradient: Float64Array): void;
  /**
   * Adds to `curvature` [width, width] what the value curves because the part turns, where the gradient along `row` is
   * this; nothing where that is none.
   */
  addTurning(row: Float64Array, gradient: Float64Array, curvature: Float64Array): void;
}

/** Below it free numbers have no direction. */
const VANISHING = 1e-12;

/** `length` is above 0. Numbers without a direction stand for the first axis. */
export function rowDirection({ start, end }: TableOfRow, length: number): RowDirection {
  const normOf = (values: Float64Array): number => {
    let squares = 0;
    for (let i = start; i < end; i++) squares += values[i]! ** 2;
    return Math.sqrt(squares);
  };
  const along = (row: Float64Array, gradient: Float64Array): number => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += row[i]! * gradient[i]!;
    return sum / length ** 2;
  };
  const row = new Float64Array(end);
  function rowOf(free: Float64Array, into: Float64Array): void {
    const norm = normOf(free);
    into.set(free.subarray(0, into.length));
    if (norm > VANISHING) for (let i = start; i < end; i++) into[i] = (free[i]! * length) / norm;
    else for (let i = start; i < end; i++) into[i] = i === start ? length : 0;
  }
  return {
    rowOf,
    pullBack(free, gradient) {
      // row = length free / |free|, so d row / d free = length / |free| (1 - row row' / length^2).
      rowOf(free, row);
      const share = along(row, gradient);
      const scale = length / Math.max(VANISHING, normOf(free));
      for (let i = start; i < end; i++) gradient[i] = scale * (gradient[i]! - share * row[i]!);
    },
    addTurning(at, gradient, curvature) {
      const width = gradient.length;
      const turning = Math.max(0, -along(at, gradient));
      for (let i = start; i < end; i++) curvature[i * width + i]! += turning;
    },
  };
}

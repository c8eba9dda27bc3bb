/** Nearness of whole models whose sums were taken in another order or precision. */
import { expect } from "@jest/globals";
import type { Parameters } from "../../../src/ranker/ranker-spec.ts";

/**
 * Same names in the same order; each value within `relative` of the largest value of its tensor, or of `floor` where
 * all are smaller: the size of terms whose sum may cancel.
 */
export function expectClose(actual: Parameters, expected: Parameters, relative: number, floor = 1e-3): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of expected) {
    const found = actual.get(name)!;
    let size = floor;
    let worst = 0;
    for (const [k, value] of values.entries()) {
      size = Math.max(size, Math.abs(value));
      worst = Math.max(worst, Math.abs(value - found[k]!)); // NaN, once met, stays
    }
    if (!(worst <= relative * size))
      throw new Error(`${name} differs by ${worst}, expected at most ${relative * size}`);
  }
}

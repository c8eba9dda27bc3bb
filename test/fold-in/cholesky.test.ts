/** A system of two, by hand. */
import { describe, expect, it } from "@jest/globals";
import { choleskyFactor } from "../../src/fold-in/cholesky.ts";

describe("a factor of Cholesky", () => {
  it("solves A x = b from A's lower triangle", () => {
    // [4 2; 2 5] x = [10; 13]: L = [2 0; 1 2]; 2 z = 10, z = 5; 5 + 2 w = 13, w = 4; x = (1.5, 2).
    const b = Float64Array.of(10, 13);
    choleskyFactor(Float64Array.of(4, Number.NaN, 2, 5), 2).solveInPlace(b);
    expect([...b]).toEqual([1.5, 2]);
  });

  it("is refused to what is not positive definite", () => {
    expect(() => choleskyFactor(Float64Array.of(1, 0, 2, 4), 2)).toThrow("pivot 1 is 0, expected above 0");
  });
});

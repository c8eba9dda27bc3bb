import { describe, expect, it } from "@jest/globals";
import { signFlipTest } from "../../src/statistics/permutation-test.ts";

/**
 * Darwin's 15 pairs of maize, crossed less self-fertilised, in eighths of an inch; Fisher 1935, The Design
 * of Experiments, section 21.
 */
const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
const drawn = { permutations: 20_000, seed: 3 };

describe("signFlipTest", () => {
  it("counts 1,726 of 32,768 assignments for Darwin's maize, as Fisher did", () => {
    expect(signFlipTest(darwin, drawn)).toBe(1726 / 32768);
  });

  it("comes near the exact value by drawing, too", () => {
    // Two more pairs that cancel make 17, beyond enumeration; exact here by 2^17 assignments.
    const pairs = [...darwin, 5, -5];
    let asExtreme = 0;
    for (let signs = 0; signs < 2 ** 17; signs++) {
      const sum = pairs.reduce((total, value, k) => total + ((signs >>> k) & 1 ? value : -value), 0);
      if (Math.abs(sum) >= 314) asExtreme++; // 314 is the observed sum
    }
    const p = signFlipTest(pairs, drawn);
    expect(Math.abs(p - asExtreme / 2 ** 17)).toBeLessThan(0.007); // 4 standard errors: 4 sqrt(.053 x .947 / 20,000)
  });

  it("knows hand-counted cases", () => {
    expect(signFlipTest([1, 1], drawn)).toBe(0.5); // sums 2, 0, 0, -2: two of four
    expect(signFlipTest([3, 1, 0], drawn)).toBe(0.5); // 4, 2, -2, -4; the 0 changes nothing
    // Only all + and all -, whatever the rounding of .1 + .2 + .3.
    expect(signFlipTest([0.1, 0.2, 0.3], drawn)).toBe(0.25);
    expect(signFlipTest([0, 0], drawn)).toBe(1);
  });

  it("never gives 0, and the same value for the same seed", () => {
    const clear = Array.from({ length: 500 }, () => 1);
    expect(signFlipTest(clear, drawn)).toBe(1 / 20_001);
    const mixed = Array.from({ length: 500 }, (_, k) => ((k * 37) % 11) - 4.7);
    expect(signFlipTest(mixed, drawn)).toBe(signFlipTest(mixed, drawn));
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  bayesianPersonalizedRanking,
  bayesianPersonalizedRankingSlope,
  binaryCrossEntropy,
  binaryCrossEntropySlope,
  sigmoid,
  softplus,
} from "../../src/ranker/loss.ts";

const logit = fc.double({ min: -30, max: 30, noNaN: true });

describe("the losses on logits", () => {
  it("have their textbook values where those are easy", () => {
    expect(binaryCrossEntropy(0, 1)).toBeCloseTo(Math.LN2, 15); // p = 1/2
    expect(binaryCrossEntropy(Math.log(3), 1)).toBeCloseTo(Math.log(4 / 3), 15); // p = 3/4
    expect(binaryCrossEntropy(Math.log(3), 0)).toBeCloseTo(Math.log(4), 15); // 1 - p = 1/4
    expect(bayesianPersonalizedRanking(Math.log(3))).toBeCloseTo(Math.log(4 / 3), 15);
    expect(binaryCrossEntropySlope(Math.log(3), 1)).toBeCloseTo(-0.25, 15); // p - y
    expect(bayesianPersonalizedRankingSlope(0)).toBe(-0.5);
  });

  it("stay finite and exact far out, where exp overflows", () => {
    expect(softplus(1000)).toBe(1000);
    expect(softplus(-1000)).toBe(0);
    expect(sigmoid(1000)).toBe(1);
    expect(sigmoid(-1000)).toBe(0);
    expect(binaryCrossEntropy(-1000, 1)).toBe(1000);
    expect(binaryCrossEntropy(1000, 1)).toBe(0);
    expect(bayesianPersonalizedRanking(-1000)).toBe(1000);
  });

  it("keep the digits of a tiny loss: 1 - p would have lost them", () => {
    expect(binaryCrossEntropy(40, 1) / Math.exp(-40)).toBeCloseTo(1, 12); // softplus(-40) = e^-40 (1 - e^-40 / 2 ...)
  });

  it("let NaN through", () => {
    for (const value of [softplus(Number.NaN), sigmoid(Number.NaN), binaryCrossEntropy(Number.NaN, 1)]) {
      expect(value).toBeNaN();
    }
  });

  it("have the slopes that finite differences find", () => {
    const step = 1e-5;
    fc.assert(
      fc.property(logit, fc.constantFrom(0, 1), (z, label) => {
        const slopeOf = (loss: (x: number) => number): number => (loss(z + step) - loss(z - step)) / (2 * step);
        // Truncation step^2 / 6 x |f'''| < 1e-11; rounding of values up to 30: 4e-15 / step.
        expect(Math.abs(slopeOf((x) => binaryCrossEntropy(x, label)) - binaryCrossEntropySlope(z, label))).toBeLessThan(
          2e-9,
        );
        expect(Math.abs(slopeOf(bayesianPersonalizedRanking) - bayesianPersonalizedRankingSlope(z))).toBeLessThan(2e-9);
      }),
    );
  });
});

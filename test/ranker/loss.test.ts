import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  bayesianPersonalizedRanking,
  bayesianPersonalizedRankingSlope,
  binaryCrossEntropy,
  binaryCrossEntropySlope,
  cosineContrastive,
  sigmoid,
  softmaxCrossEntropy,
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

describe("softmaxCrossEntropy", () => {
  const of = (...logits: number[]) => {
    const slopes = new Float64Array(logits.length);
    return { loss: softmaxCrossEntropy(Float64Array.from(logits), slopes), slopes: [...slopes] };
  };

  it("is the negative log of the first one's share", () => {
    // e^z = 2, 1, 1: a share of 1/2; the slopes are the shares, less 1 for the first
    const { loss, slopes } = of(Math.log(2), 0, 0);
    expect(loss).toBeCloseTo(Math.LN2, 15);
    expect(slopes[0]).toBeCloseTo(-0.5, 15);
    expect(slopes[1]).toBeCloseTo(0.25, 15);
    expect(slopes[2]).toBeCloseTo(0.25, 15);
    // 1, 3, 4 of 8
    const behind = of(0, Math.log(3), Math.log(4));
    expect(behind.loss).toBeCloseTo(Math.log(8), 15);
    expect(behind.slopes[0]).toBeCloseTo(-7 / 8, 15);
    expect(behind.slopes[1]).toBeCloseTo(3 / 8, 15);
    expect(behind.slopes[2]).toBeCloseTo(1 / 2, 15);
  });

  it("is BPR against a single other one", () => {
    fc.assert(
      fc.property(logit, logit, (positive, negative) => {
        const { loss, slopes } = of(positive, negative);
        const expected = bayesianPersonalizedRanking(positive - negative);
        expect(Math.abs(loss - expected)).toBeLessThanOrEqual(1e-13 * (1 + expected));
        expect(slopes[0]).toBeCloseTo(bayesianPersonalizedRankingSlope(positive - negative), 14);
        expect(slopes[1]).toBe(-slopes[0]!);
      }),
    );
  });

  it("stays exact where exp overflows, and where the loss is tiny", () => {
    expect(of(-1000, 0, 0).loss).toBeCloseTo(1000 + Math.LN2, 10);
    expect(of(1000, 0).loss).toBe(0);
    const confident = of(40, 0, 0);
    expect(confident.loss / (2 * Math.exp(-40))).toBeCloseTo(1, 12);
    expect(confident.slopes[0]! / (-2 * Math.exp(-40))).toBeCloseTo(1, 12);
  });

  it("lets NaN and infinity through", () => {
    for (const logits of [
      [Number.NaN, 0],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
    ]) {
      const { loss, slopes } = of(...logits);
      expect(loss).toBeNaN();
      expect(slopes.every(Number.isNaN)).toBe(true);
    }
  });

  it("has the slopes that finite differences find", () => {
    const step = 1e-5;
    fc.assert(
      fc.property(fc.array(logit, { minLength: 2, maxLength: 6 }), fc.nat(5), (logits, place) => {
        const at = place % logits.length;
        const moved = (by: number) => of(...logits.map((z, k) => (k === at ? z + by : z))).loss;
        expect(Math.abs((moved(step) - moved(-step)) / (2 * step) - of(...logits).slopes[at]!)).toBeLessThan(4e-9);
      }),
    );
  });
});

describe("cosineContrastive", () => {
  const of = (logits: readonly number[], numbers = { margin: 0.5, negativeWeight: 3 }) => {
    const slopes = new Float64Array(logits.length);
    return { loss: cosineContrastive(Float64Array.from(logits), slopes, numbers), slopes: [...slopes] };
  };

  it("takes the positive's distance from 1 and the weighted mean of what negatives are beyond the margin", () => {
    // 1 - 0.9 + 3/3 (0.2 + 0 + 0.1)
    const { loss, slopes } = of([0.9, 0.7, 0.5, 0.6]);
    expect(loss).toBeCloseTo(0.1 + 0.3, 15);
    expect(slopes).toEqual([-1, 1, 0, 1]);
    // 1 + 0.2 + 3/2 (0.5)
    const behind = of([-0.2, 1, -1]);
    expect(behind.loss).toBeCloseTo(1.2 + 0.75, 15);
    expect(behind.slopes).toEqual([-1, 1.5, 0]);
  });

  it("lets NaN through", () => {
    expect(of([Number.NaN, 0]).loss).toBeNaN();
    expect(of([0, Number.NaN]).loss).toBeNaN();
  });
});

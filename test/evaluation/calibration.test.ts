/** Reliability and ECE, worked by hand. */
import { describe, expect, it } from "@jest/globals";
import { CalibrationCounts } from "../../src/evaluation/calibration.ts";
import { CALIBRATION_BINS } from "../../src/ranker/catalogue-ranks.ts";

const logit = (probability: number): number => Math.log(probability / (1 - probability));

function counts(positives: readonly number[], negatives: readonly number[]): CalibrationCounts {
  const made = new CalibrationCounts();
  made.add("positive", Float32Array.from(positives, logit));
  made.add("negative", Float32Array.from(negatives, logit));
  return made;
}

describe("calibration", () => {
  it("is the mean gap of the bins, weighted by their share", () => {
    // Bins of 1/15: 0.5 falls into number 7, 0.9 into 13. One negative per positive: 2 and 2 weigh alike.
    const result = counts([0.9, 0.5], [0.5, 0.5]).result(1);
    // Bin 7: three of four, mean 0.5, rate 1/3, gap 1/6. Bin 13: one of four, mean 0.9, rate 1, gap 0.1.
    expect(result?.ece).toBeCloseTo((3 / 4) * (1 / 6) + (1 / 4) * 0.1, 6); // logits are float32
    expect(result).toMatchObject({ positiveShare: 0.5, positives: 2, negatives: 2 });
    expect(result?.bins).toEqual([
      { from: 7 / 15, to: 8 / 15, share: 3 / 4, meanProbability: 0.5, positiveRate: 1 / 3 },
      { from: 13 / 15, to: 14 / 15, share: 1 / 4, meanProbability: expect.closeTo(0.9, 6), positiveRate: 1 },
    ]);
  });

  it("weighs negatives until they are as many per positive as in training", () => {
    // 1 positive and 9 negatives of p = 1/4, trained with 3 negatives a positive: 1 in 4 is
    // positive, which is what 1/4 says.
    const result = counts([0.25], Array<number>(9).fill(0.25)).result(3);
    expect(result?.bins).toEqual([
      {
        from: 3 / 15,
        to: 4 / 15,
        share: 1,
        meanProbability: expect.closeTo(0.25, 6),
        positiveRate: expect.closeTo(0.25, 12),
      },
    ]);
    expect(result?.ece).toBeCloseTo(0, 6);
  });

  it("puts certainty into the last bin, infinite logits too", () => {
    const made = new CalibrationCounts();
    made.add("positive", Float32Array.of(Number.POSITIVE_INFINITY));
    made.add("negative", Float32Array.of(Number.NEGATIVE_INFINITY));
    const bins = made.result(1)?.bins;
    expect(bins?.map(({ to, positiveRate }) => [to, positiveRate])).toEqual([
      [1 / CALIBRATION_BINS, 0],
      [1, 1],
    ]);
  });

  it("is none without a mixture", () => {
    expect(counts([], [0.5]).result(4)).toBeNull();
    expect(counts([0.5], []).result(4)).toBeNull();
    expect(counts([0.5], [0.5]).result(0)).toBeNull();
  });
});

/** The chance of a hit, worked by hand and counted over every order. */
import { describe, expect, it } from "@jest/globals";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { chanceHitRate, hasSeveralPositives } from "../../src/evaluation/chance-hit-rate.ts";

/** One case each of so many positives and negatives. */
function candidatesOf(cases: readonly (readonly [positives: number, negatives: number])[]): EvaluationCandidates {
  const offsetsOf = (lengths: readonly number[]) =>
    Uint32Array.from([0, ...lengths.map((_, k) => lengths.slice(0, k + 1).reduce((sum, length) => sum + length, 0))]);
  const positiveOffsets = offsetsOf(cases.map(([positives]) => positives));
  const negativeOffsets = offsetsOf(cases.map(([, negatives]) => negatives));
  return {
    split: "test",
    users: Uint32Array.from(cases.keys()),
    positiveOffsets,
    positives: new Uint32Array(positiveOffsets.at(-1)!),
    negativeOffsets,
    negatives: new Uint32Array(negativeOffsets.at(-1)!),
  };
}

describe("chanceHitRate", () => {
  it("is k of the list's length for one positive", () => {
    expect(chanceHitRate(candidatesOf([[1, 99]]), 10)).toBeCloseTo(0.1, 12);
  });

  it("is near 1 for twenty positives among 99 negatives", () => {
    // 1 - (99 x 98 x ... x 90) / (119 x 118 x ... x 110) = 1 - .1464
    expect(chanceHitRate(candidatesOf([[20, 99]]), 10)).toBeCloseTo(0.8536, 4);
  });

  it("is 1 where fewer negatives than k stand in the list, and a mean over users", () => {
    // One of two negatives and one positive in the first two: a miss has 2/3 x 1/2 = 1/3.
    expect(chanceHitRate(candidatesOf([[1, 2]]), 2)).toBeCloseTo(2 / 3, 12);
    expect(
      chanceHitRate(
        candidatesOf([
          [1, 2],
          [1, 1],
        ]),
        2,
      ),
    ).toBeCloseTo((2 / 3 + 1) / 2, 12);
  });
});

describe("hasSeveralPositives", () => {
  it("looks at every case", () => {
    expect(
      hasSeveralPositives(
        candidatesOf([
          [1, 3],
          [1, 3],
        ]),
      ),
    ).toBe(false);
    expect(
      hasSeveralPositives(
        candidatesOf([
          [1, 3],
          [2, 3],
        ]),
      ),
    ).toBe(true);
  });
});

/** Which epoch is kept and when training gives up, on written-out validation curves. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { nothingObserved, observeEpoch, shouldStop } from "../../src/training/early-stopping.ts";

const stateAfter = (values: readonly number[], mode: "max" | "min" = "max") =>
  values.reduce((state, value, index) => observeEpoch(state, { epoch: index + 1, value }, { mode }), nothingObserved);

describe("best epoch", () => {
  it("is the one with the greatest value, or the smallest where that is better", () => {
    expect(stateAfter([0.3, 0.5, 0.4])).toEqual({ bestEpoch: 2, bestValue: 0.5, epochsWithoutGain: 1 });
    expect(stateAfter([0.3, 0.5, 0.2], "min")).toEqual({ bestEpoch: 3, bestValue: 0.2, epochsWithoutGain: 0 });
  });

  it("is the earlier of two equals, which do not count as a gain", () => {
    expect(stateAfter([0.5, 0.5, 0.5])).toEqual({ bestEpoch: 1, bestValue: 0.5, epochsWithoutGain: 2 });
  });

  it("is the first epoch even when it is worth 0", () => {
    expect(stateAfter([0])).toEqual({ bestEpoch: 1, bestValue: 0, epochsWithoutGain: 0 });
  });

  it("agrees with a look at the whole curve, through a checkpoint at every epoch", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 }), (curve) => {
        const state = curve.reduce(
          (saved, value, index) =>
            JSON.parse(JSON.stringify(observeEpoch(saved, { epoch: index + 1, value }, { mode: "max" }))),
          nothingObserved,
        );
        const best = Math.max(...curve);
        const bestEpoch = curve.indexOf(best) + 1;
        expect(state).toEqual({ bestEpoch, bestValue: best, epochsWithoutGain: curve.length - bestEpoch });
      }),
    );
  });

  it("refuses NaN, which no comparison would ever replace", () => {
    expect(() => stateAfter([0.5, NaN])).toThrow("epoch 2 validated at NaN");
  });
});

describe("stopping", () => {
  it("waits for `patience` epochs without a gain", () => {
    expect(shouldStop(stateAfter([0.5, 0.4]), { patience: 2 })).toBe(false);
    expect(shouldStop(stateAfter([0.5, 0.4, 0.45]), { patience: 2 })).toBe(true);
    expect(shouldStop(stateAfter([0.5, 0.4, 0.6]), { patience: 2 })).toBe(false);
  });

  it("never happens with endless patience, nor before the first epoch", () => {
    expect(shouldStop(stateAfter([0.5, 0.4, 0.3, 0.2]), { patience: Infinity })).toBe(false);
    expect(shouldStop(nothingObserved, { patience: 0 })).toBe(false);
  });
});

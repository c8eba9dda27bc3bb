/** Leaks from the future, by hand. */
import { describe, expect, it } from "@jest/globals";
import { findLeakage, leakageWarnings } from "../../src/evaluation/leakage.ts";

const rows = (pairs: readonly (readonly [item: number, time: number])[]) => ({
  items: Uint32Array.from(pairs, ([item]) => item),
  timesMs: BigInt64Array.from(pairs, ([, time]) => BigInt(time)),
});

describe("findLeakage", () => {
  it("counts training rows from later, items trained only later, and items that were not there", () => {
    const train = rows([
      [0, 10],
      [1, 20],
      [2, 30],
      [0, 40],
    ]);
    const heldOut = rows([
      [2, 25],
      [0, 40],
      [3, 5],
    ]);
    // At 25: two of four rows are later, and item 2 is new; items 0, 1, 3 and (by this very row) 2 are there. At 40:
    // none. At 5: all four; item 3 alone is there.
    expect(findLeakage(train, heldOut, 5)).toEqual({
      evaluated: 3,
      withLaterTraining: 2,
      laterTrainingShare: (2 / 4 + 0 + 1) / 3,
      itemTrainedOnlyLater: 1,
      catalogueNotYetSeen: (0 + 0 + 3 / 5) / 3,
    });
  });

  it("warns of what is there, and of nothing after a split by time", () => {
    const clean = findLeakage(
      rows([
        [0, 1],
        [1, 2],
      ]),
      rows([
        [0, 3],
        [1, 4],
      ]),
      2,
    );
    expect(leakageWarnings(clean)).toEqual([]);
    const leaky = leakageWarnings(
      findLeakage(
        rows([
          [0, 10],
          [1, 9],
        ]),
        rows([[0, 5]]),
        2,
      ),
    );
    expect(leaky).toEqual([
      "1 of 1 held-out interactions are older than some training row; on average 100.0 % of the training rows are from after the moment predicted",
      "1 held-out items stand in training from later only: they were new when they were taken",
      "on average 50.0 % of the catalogue had not been touched by anybody at the moment predicted",
    ]);
  });
});

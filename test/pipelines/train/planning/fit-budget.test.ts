import { describe, expect, it } from "@jest/globals";
import { type BudgetRequest, fitBudget } from "../../../../pipelines/train/planning/fit-budget.ts";

const request: BudgetRequest = {
  seconds: 30,
  epochs: 20,
  batchSize: 1000,
  mayGrowBatch: true,
  mayLeaveRefit: true,
  samplesPerEpoch: 1_000_000,
  refit: false,
  trials: 0,
  eta: 3,
};

/** Each measurement takes 0.5 s; a validation 0.1 s. */
function measures(secondsPerEpoch: Readonly<Record<number, number>>, spent = 1.5) {
  let now = spent;
  return {
    async speed(batchSize: number) {
      now += 0.5;
      const seconds = secondsPerEpoch[batchSize]!;
      return { batchSize, samplesPerSecond: 1e6 / seconds, secondsPerEpoch: seconds, secondsPerValidation: 0.1 };
    },
    spentSeconds: () => now,
  };
}

describe("a plan for a budget", () => {
  it("has as many epochs as fit, and says why", async () => {
    // 0.9 * 30 = 27 s, less 1.5 + 0.5 s spent and 0.3 + 2 * 0.1 s for the test: 24.5 s, of 1.5 s each: 16
    const plan = await fitBudget(request, measures({ 1000: 1.5 }));
    expect(plan).toMatchObject({
      epochs: 16,
      batchSize: 1000,
      refit: false,
      trials: 0,
      spentSeconds: 2,
      endSeconds: 0.5,
    });
    expect(plan.reasons).toEqual([
      "epochs 16 of 20: an epoch takes about 1.50 s (666,667 samples/s at batches of 1,000), and 24.5 s are left for training",
    ]);
  });

  it("never has more epochs than were asked for", async () => {
    expect(await fitBudget(request, measures({ 1000: 0.1 }))).toMatchObject({ epochs: 20 });
  });

  it("leaves half of the time to a refit, or leaves it out where few epochs would fit with it", async () => {
    // 24.5 s for two passes: 12 epochs of 1 s each
    expect(await fitBudget({ ...request, refit: true }, measures({ 1000: 1 }))).toMatchObject({
      epochs: 12,
      refit: true,
    });
    // of 2 s: 6 with it, 12 without
    const fixed = { ...request, refit: true, mayGrowBatch: false };
    expect(await fitBudget(fixed, measures({ 1000: 2 }))).toMatchObject({ epochs: 12, refit: false });
    const held = { ...fixed, mayLeaveRefit: false };
    expect(await fitBudget(held, measures({ 1000: 2 }))).toMatchObject({ epochs: 6, refit: true });
  });

  it("doubles the batch until ten epochs fit", async () => {
    // 24.5 s: 6 epochs of 4 s; after a second measurement 24 s: 8 of 3 s; after a third 23.5 s: 11 of 2 s
    const plan = await fitBudget(request, measures({ 1000: 4, 2000: 3, 4000: 2, 8000: 1 }));
    expect(plan).toMatchObject({ epochs: 11, batchSize: 4000 });
    expect(plan.measured.map(({ batchSize }) => batchSize)).toEqual([1000, 2000, 4000]);
    expect(plan.reasons[0]).toBe(
      "batch size 4,000 in place of 1,000: an epoch takes 2.00 s in place of 4.00 s, of which 6 would fit",
    );
  });

  it("keeps the batch where it is held, and where a larger one saves less than a tenth", async () => {
    const held = { ...request, mayGrowBatch: false };
    expect(await fitBudget(held, measures({ 1000: 4 }))).toMatchObject({ epochs: 6, batchSize: 1000 });
    // two measurements: 24 s of 4 s each
    expect(await fitBudget(request, measures({ 1000: 4, 2000: 3.7 }))).toMatchObject({ epochs: 6, batchSize: 1000 });
  });

  it("keeps twenty steps in an epoch, and looks no longer than a tenth of the budget", async () => {
    const few = { ...request, samplesPerEpoch: 39_999 }; // 2,000 would make 19.9995 steps
    expect(await fitBudget(few, measures({ 1000: 4 }))).toMatchObject({ batchSize: 1000 });
    // 0.5 s of 4: the second measurement would not begin
    expect(await fitBudget({ ...request, seconds: 4 }, measures({ 1000: 4 }))).toMatchObject({ batchSize: 1000 });
  });

  it("plans one epoch where none fits, and says that the budget will not be kept", async () => {
    const plan = await fitBudget({ ...request, mayGrowBatch: false }, measures({ 1000: 60 }));
    expect(plan.epochs).toBe(1);
    expect(plan.reasons[0]).toContain("so the budget will not be kept");
  });

  it("has as many trials as leave ten epochs to the last of them, and then as many epochs", async () => {
    // 12 trials of 10 epochs: rungs at 2, 4, 10; 12 * 2 + 5 * 2 + 3 * 6 = 52, times 1.25, and 10: 75 epochs.
    // 24.5 s of 0.3 s: 81 epochs; for 11 the rungs are at 2, 4, 11: 24 + 10 + 21 = 55, 1.25 * 55 + 11 = 79.75
    // and for 12 at 2, 4, 12: 24 + 10 + 24 = 58, 1.25 * 58 + 12 = 84.5
    expect(await fitBudget({ ...request, trials: 12 }, measures({ 1000: 0.3 }))).toMatchObject({
      trials: 12,
      epochs: 11,
    });
    // of 0.5 s: 49 epochs. 6 trials: rungs at 4 and 10 (6 < 9: one cut), 6 * 4 + 3 * 6 = 42, 1.25 * 42 + 10 = 62.5;
    // 3 trials: 12 + 2 * 6 = 24, 1.25 * 24 + 10 = 40; 4 trials: 16 + 3 * 6 = 34, 1.25 * 34 + 10 = 52.5
    const plan = await fitBudget({ ...request, trials: 12 }, measures({ 1000: 0.5 }));
    expect(plan.trials).toBe(3);
    expect(plan.reasons.at(-1)).toContain("trials 3 of 12");
  });

  it("has no search where two trials are too many", async () => {
    const plan = await fitBudget({ ...request, trials: 12, mayGrowBatch: false }, measures({ 1000: 2 }));
    expect(plan).toMatchObject({ trials: 0, epochs: 12 }); // 24.5 s of 2 s
    expect(plan.reasons.at(-1)).toBe("trials none of 12: the budget leaves no time for a search");
  });
});

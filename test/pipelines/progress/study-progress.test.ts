import { describe, expect, it } from "@jest/globals";
import { openStudyDisplay, secondsLeft } from "../../../pipelines/progress/study-progress.ts";
import { trialRecord } from "../../support/stages/trial-record.ts";

const batches = [
  { size: 64, trials: 4, epochs: 10 },
  { size: 512, trials: 6, epochs: 20 },
];

describe("secondsLeft", () => {
  it("goes by what trials of the same batch size took, shared among the workers", () => {
    const records = [
      trialRecord({ batchSize: 64, seconds: 10 }),
      trialRecord({ batchSize: 64, seconds: 20 }),
      trialRecord({ batchSize: 512, seconds: 4 }),
    ];
    // 2 trials of 15 s and 5 of 4 s: 50 s; two workers.
    expect(secondsLeft(records, { batches, workers: 2 })).toBe(25);
  });

  it("takes a batch size not yet seen to cost per epoch what the others do", () => {
    const records = [trialRecord({ batchSize: 64, seconds: 10, epochsTrained: 10 })];
    // 3 trials of 10 s, and 6 of 20 epochs at 1 s.
    expect(secondsLeft(records, { batches, workers: 1 })).toBe(150);
    expect(secondsLeft([], { batches, workers: 1 })).toBeNull();
  });
});

describe("the display away from a terminal", () => {
  it("says a line at once, then not before some time has passed, and one when all is done", () => {
    const lines: string[] = [];
    const events: object[] = [];
    let now = 0;
    const display = openStudyDisplay(
      { batches: [{ size: 64, trials: 3, epochs: 1 }], workers: 1, before: new Map() },
      { terminal: null, log: (line) => lines.push(line), report: (event) => events.push(event), elapsed: () => now },
    );
    const records = new Map([["a", trialRecord({ seconds: 90, trainingSeconds: 1, samplesPerSecond: 1500 })]]);
    display.update(records);
    now = 5000;
    display.update(records);
    now = 25_000;
    display.update(
      records.set("b", trialRecord({ phase: "final", seconds: 90, trainingSeconds: 1, samplesPerSecond: 500 })),
    );
    now = 26_000;
    display.update(records.set("c", trialRecord({ seconds: 90 })));
    expect(lines).toEqual([
      "tuning  1/3 trials  1,500 samples/s a worker  left 3:00",
      "final seeds  2/3 trials  1,000 samples/s a worker  left 1:30",
      expect.stringContaining("3/3 trials"),
    ]);
    expect(events).toHaveLength(4);
    expect(events[2]).toEqual({ kind: "trials", phase: "final seeds", done: 2, total: 3 });
  });
});

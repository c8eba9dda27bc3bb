import { describe, expect, it } from "@jest/globals";
import { checkFairness } from "../../src/study/check-fairness.ts";
import { chooseSetting } from "../../src/study/choose-setting.ts";
import { timeToTarget } from "../../src/study/summarize-arm.ts";
import { trialRecord } from "../support/stages/trial-record.ts";

describe("chooseSetting", () => {
  const valued = (index: number, value: number | null) =>
    trialRecord({ id: `t${index}`, index, validation: value === null ? null : { "NDCG@5": value } });

  it("takes the best validation, the earlier trial where two are level, and none that diverged", () => {
    expect(chooseSetting([valued(2, 0.4), valued(0, 0.3), valued(1, 0.4), valued(3, null)], "NDCG@5")?.index).toBe(1);
    expect(chooseSetting([valued(0, null)], "NDCG@5")).toBeNull();
  });
});

describe("timeToTarget", () => {
  it("gives the first epoch that is good enough, with all seconds up to its end", () => {
    const epochs = [0.1, 0.3, 0.2].map((value, place) => ({
      epoch: place + 1,
      loss: 1,
      validation: { "NDCG@5": value },
      seconds: 2 + place,
      phase: "free" as const,
    }));
    expect(timeToTarget({ epochs }, "NDCG@5", 0.3)).toEqual({ epochs: 2, seconds: 5 }); // 2 + 3
    expect(timeToTarget({ epochs }, "NDCG@5", 0.31)).toBeNull();
  });
});

describe("checkFairness", () => {
  const fairness = trialRecord({}).fairness;

  it("lets trials of different arms and batch sizes pass on the same data and negatives", () => {
    expect(() =>
      checkFairness([trialRecord({ id: "a" }), trialRecord({ id: "b", arm: "other", batchSize: 8 })]),
    ).not.toThrow();
  });

  it.each([
    ["data", { fairness: { ...fairness, dataset: "f".repeat(64) } }],
    [
      "validation candidates",
      { fairness: { ...fairness, candidates: { ...fairness.candidates, validation: "f".repeat(64) } } },
    ],
    ["negatives", { fairness: { ...fairness, negatives: "f".repeat(64) } }],
    ["engine", { engine: "another" }],
    ["program version", { packageVersion: "2" }],
  ])("refuses trials that differ in %s, by name", (what, change) => {
    expect(() => checkFairness([trialRecord({ id: "a" }), trialRecord({ id: "b", ...change })])).toThrow(
      `trials a and b differ in ${what}`,
    );
  });

  it("expects the same negatives of the same seed only", () => {
    const change = { seed: 2, fairness: { ...fairness, negatives: "f".repeat(64) } };
    expect(() => checkFairness([trialRecord({ id: "a" }), trialRecord({ id: "b", ...change })])).not.toThrow();
  });
});

import { describe, expect, it } from "@jest/globals";
import type { StoredStudy } from "../../src/runs/stored-study.ts";
import { studySummarySchema } from "../../src/runs/study-summary.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { cellsOf } from "../../src/study/plan-trials.ts";
import type { CellEvidence } from "../../src/study/study-evidence.ts";
import { summarizeStudy } from "../../src/study/summarize-study.ts";
import { smallStudy } from "../support/stages/small-study.ts";
import { trialRecord } from "../support/stages/trial-record.ts";

const study = smallStudy({
  batchSizes: [{ size: 64, epochs: 2 }],
  metrics: ["HR@5"],
  target: { ofBest: 0.5 },
});
const stored: StoredStudy = {
  study,
  engine: { name: "reference", description: "reference" },
  dataRoot: "/data",
  datasets: [{ name: "checkerboard", contentHash: "a".repeat(64) }],
};
const [adam, lawn] = cellsOf(study);

const epochs = (values: readonly number[]): TrialRecord["epochs"] =>
  values.map((value, place) => ({
    epoch: place + 1,
    loss: 1,
    validation: { "NDCG@5": value },
    seconds: 3,
    phase: "free",
  }));

function evidence(
  cell: CellEvidence["cell"],
  hits: readonly (readonly number[])[],
  change: Partial<TrialRecord> = {},
): CellEvidence {
  const outcomes = hits.map((values, place) => ({
    record: trialRecord({
      phase: "final",
      seed: 11 + place,
      validation: { "NDCG@5": 0.8 },
      epochs: epochs([0.2, 0.4 + 0.4 * place]),
      epochsTrained: 2,
      trainingSeconds: 6,
      test: {
        protocol: "by hand",
        users: values.length,
        tieRate: 0,
        metrics: { "HR@5": values.reduce((a, b) => a + b, 0) / values.length },
      },
      ...change,
    }),
    users: Uint32Array.from(values, (_, user) => user),
    ranks: new Uint32Array(values.length),
    values: { "HR@5": Float32Array.from(values) },
  }));
  const tuning = [trialRecord({ id: "t0", validation: { "NDCG@5": 0.6 } })];
  return {
    cell,
    tuning,
    chosen: tuning[0]!,
    atEdge: ["optimizer.learningRate"],
    finals: outcomes.map(({ record }) => record),
    outcomes,
  };
}

describe("summarizeStudy", () => {
  const arms = [
    evidence(adam!, [
      [1, 0, 0, 0],
      [1, 1, 0, 0],
    ]),
    evidence(
      lawn!,
      [
        [1, 1, 1, 0],
        [1, 1, 1, 1],
      ],
      { gitCommit: "beef" },
    ),
  ];
  const ease = {
    name: "ease",
    parameters: { regularization: 200 },
    validation: { "NDCG@5": 0.7 },
    values: { "HR@5": Float32Array.of(1, 1, 0, 1), "NDCG@5": Float32Array.of(1, 1, 0, 0.5) },
  };
  const summary = summarizeStudy(stored, arms, [[ease]]);

  it("fits its schema", () => {
    expect(studySummarySchema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });

  it("gives means and spreads over seeds", () => {
    const [first] = summary.arms;
    // Means of the seeds: 1/4 and 1/2; deviation (1/4) / sqrt(2).
    expect(first!.test!["HR@5"]).toMatchObject({ mean: 0.375, minimum: 0.25, maximum: 0.5 });
    expect(first!.test!["HR@5"]!.deviation).toBeCloseTo(0.25 / Math.SQRT2, 12);
  });

  it("stands baselines beside the arms, in the study's metrics alone", () => {
    const [baseline] = summary.subjects[0]!.baselines;
    expect(baseline).toMatchObject({
      name: "ease",
      parameters: { regularization: 200 },
      validation: { "NDCG@5": 0.7 },
    });
    expect(Object.keys(baseline!.test)).toEqual(["HR@5"]);
    const { mean, low, high } = baseline!.test["HR@5"]!;
    expect(mean).toBe(0.75);
    expect([low >= 0, low < 0.75, high > 0.75, high <= 1]).toEqual([true, true, true, true]);
  });

  it("takes the target from the best arm, and counts who reached it and when", () => {
    expect(summary.subjects[0]!.target).toEqual({
      metric: "NDCG@5",
      value: 0.4,
      source: "0.5 of the best arm's mean, adam at 64",
    });
    // Seed 11 has .2 and .4, seed 12 .2 and .8: both reach .4 in the second epoch, after 6 seconds.
    expect(summary.arms[0]).toMatchObject({
      success: { successes: 2, of: 2, rate: 1 },
      epochsToTarget: [2, 2],
      secondsToTarget: [6, 6],
    });
  });

  it("compares the pair that the study asks about, and says what stayed open", () => {
    // Users' differences: 0, .5 , 1, .5 (means over two seeds): (0 + 0) / 2, (1 + 0) / 2, (1 + 1) / 2, (0 + 1) / 2.
    expect(summary.comparisons).toHaveLength(1);
    expect(summary.comparisons[0]).toMatchObject({
      difference: 0.5,
      users: { wins: 3, losses: 0, ties: 1 },
      verdict: "undecided",
    });
    expect(summary.undecided).toEqual([
      expect.stringContaining("lawn-adam against adam at batch 64: HR@5 +0.5000"),
      expect.stringContaining("adam at batch 64 chose optimizer.learningRate near the edge"),
      expect.stringContaining("lawn-adam at batch 64 chose optimizer.learningRate near the edge"),
      "Trials were run by the program at different commits: no checkout, beef.",
    ]);
  });

  it("leaves out what diverged and says so", () => {
    const diverged = {
      ...evidence(lawn!, []),
      finals: [trialRecord({ outcome: "diverged", validation: null, phase: "final" })],
    };
    const { arms, comparisons, undecided } = summarizeStudy(stored, [evidence(adam!, [[1, 0]]), diverged], [[]]);
    expect([arms[1]!.test, arms[1]!.diverged, comparisons]).toEqual([null, 1, []]);
    expect(undecided).toContain("lawn-adam at batch 64: 1 of 1 seeds diverged.");
  });
});

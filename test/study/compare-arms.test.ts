import { describe, expect, it } from "@jest/globals";
import type { Comparison } from "../../src/runs/study-summary.ts";
import { comparePair, pairOf, withVerdicts } from "../../src/study/compare-arms.ts";
import { cellsOf } from "../../src/study/plan-trials.ts";
import type { CellEvidence } from "../../src/study/study-evidence.ts";
import { smallStudy } from "../support/stages/small-study.ts";
import { trialRecord } from "../support/stages/trial-record.ts";

const study = smallStudy();
const [adam, lawn] = cellsOf(study);

/** Outcomes of four users by seed. */
function evidence(cell: CellEvidence["cell"], bySeed: Readonly<Record<number, readonly number[]>>): CellEvidence {
  const outcomes = Object.entries(bySeed).map(([seed, values]) => ({
    record: trialRecord({ seed: Number(seed), phase: "final" }),
    users: Uint32Array.from([0, 1, 2, 3]),
    ranks: new Uint32Array(4),
    values: { "HR@5": Float32Array.from(values) },
  }));
  return { cell, tuning: [], chosen: null, atEdge: [], finals: outcomes.map(({ record }) => record), outcomes };
}

describe("two arms compared", () => {
  const treatment = evidence(lawn!, { 11: [1, 1, 1, 0], 12: [1, 1, 0, 0], 13: [0, 0, 0, 0] });
  const baseline = evidence(adam!, { 11: [1, 0, 0, 0], 12: [0, 0, 0, 1] });

  it("are paired by user and by the seeds that both finished", () => {
    const pair = pairOf(treatment, baseline, "HR@5");
    expect(pair?.differences.map((values) => [...values])).toEqual([
      [0, 1, 1, 0],
      [1, 1, 0, -1],
    ]);
    expect(pairOf(treatment, evidence(adam!, { 14: [1, 1, 1, 1] }), "HR@5")).toBeNull();
  });

  it("differ by the mean over users and seeds, and are tested on users' means over seeds", () => {
    const interval = { low: -0.1, high: 0.9, standardError: 0.2 };
    const comparison = comparePair(pairOf(treatment, baseline, "HR@5")!, { study, interval });
    // Users: .5, 1, .5, -.5. |sum| 1.5; of 16 sign assignments, those with |sum| >= 1.5: sums 2.5 (1), 1.5
    // (3), -2.5, -1.5 alike: 8.
    expect(comparison).toMatchObject({
      treatment: "lawn-adam",
      baseline: "adam",
      batchSize: 64,
      difference: 0.375, // 3 of 8
      users: { count: 4, wins: 3, losses: 1, ties: 0, permutation: { p: 0.5 } },
      seeds: { count: 2, differences: [0.5, 0.25], permutationP: 0.5 }, // both + or both -: 2 of 4
    });
    // Ranks of .5, .5, .5, 1: 2, 2, 2, 4. Positive 8 of 10; assignments of at most 2: 0, 2, 2, 2: 4
    // of 16, both sides 8 of 16.
    expect(comparison.users.wilcoxon.p).toBeCloseTo(0.5, 12);
    // Mean .375; squares about it: .015625 x 2 + .390625 + .765625 = 1.1875; deviation sqrt(1.1875 / 3) = .62915.
    expect(comparison.users.effectSize).toBeCloseTo(0.375 / 0.62915, 4);
  });
});

describe("withVerdicts", () => {
  const comparison = (p: number, low: number, high: number, metric = "HR@5"): Comparison => ({
    subject: 0,
    batchSize: 64,
    treatment: "a",
    baseline: "b",
    metric,
    difference: (low + high) / 2,
    interval: { low, high, level: 0.95 },
    users: {
      count: 10,
      wins: 0,
      losses: 0,
      ties: 10,
      permutation: { p, adjusted: p },
      wilcoxon: { p, adjusted: p },
      effectSize: 0,
    },
    seeds: { count: 1, differences: [0], permutationP: 1 },
    verdict: "undecided",
  });

  it("corrects within each metric, and wants test and interval to agree", () => {
    const judged = withVerdicts([
      comparison(0.01, 0.1, 0.2), // x 3
      comparison(0.02, -0.2, -0.1), // x 2
      comparison(0.04, 0.1, 0.2), // .04, raised to .04
      comparison(0.02, -0.1, 0.2, "NDCG@5"), // alone: .02, but the interval holds 0
    ]);
    expect(judged.map(({ verdict }) => verdict)).toEqual(["better", "worse", "better", "undecided"]);
    expect(judged.map(({ users }) => users.permutation.adjusted)).toEqual([0.03, 0.04, 0.04, 0.02]);
    expect(withVerdicts([comparison(0.03, 0.1, 0.2), comparison(0.03, 0.1, 0.2)])[0]!.verdict).toBe("undecided"); // .06
  });
});

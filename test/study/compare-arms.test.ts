import { describe, expect, it } from "@jest/globals";
import type { Comparison } from "../../src/runs/study-summary.ts";
import { comparePair, pairOf, pairsOf } from "../../src/study/compare-arms.ts";
import { cellsOf } from "../../src/study/plan-trials.ts";
import type { CellEvidence } from "../../src/study/study-evidence.ts";
import { withVerdicts } from "../../src/study/study-verdicts.ts";
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
    const comparison = comparePair(pairOf(treatment, baseline, "HR@5")!, { study, interval, luck: null });
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
    // Mean squares: users 2 x 1.1875 / 3 = .79167; seeds 4 x 2 x .015625 = .125; what is left 1.375 / 3 = .45833. Users
    // alone show more than .79167 + .125 - .45833, so theirs counts: error sqrt(.79167 / 8), 3 degrees.
    expect(comparison.crossed).toMatchObject({ standardError: expect.closeTo(0.31458, 5), degreesOfFreedom: 3 });
    // Ranks of .5, .5, .5, 1: 2, 2, 2, 4. Positive 8 of 10; assignments of at most 2: 0, 2, 2, 2: 4
    // of 16, both sides 8 of 16.
    expect(comparison.users.wilcoxon.p).toBeCloseTo(0.5, 12);
    // Mean .375; squares about it: .015625 x 2 + .390625 + .765625 = 1.1875; deviation sqrt(1.1875 / 3) = .62915.
    expect(comparison.users.effectSize).toBeCloseTo(0.375 / 0.62915, 4);
  });
});

describe("what a study asks", () => {
  const [atSmall, , atLarge] = cellsOf(study); // adam and lawn-adam at 64, then at 512
  const cells = [atSmall!, atLarge!].map((cell) => evidence(cell, { 11: [1, 0, 1, 0] }));

  it("is also an arm against itself, at each batch size against the first", () => {
    const asked = { ...study, metrics: ["HR@5"], acrossBatchSizes: ["adam"] };
    const pairs = pairsOf(asked, cells);
    expect(pairs.map(({ treatment, baseline }) => [treatment.cell.batch.size, baseline.cell.batch.size])).toEqual([
      [512, 64],
    ]);
    const interval = { low: 0, high: 0, standardError: 0 };
    expect(
      comparePair(pairs[0]!, { study: { ...asked, margins: { "HR@5": 0.01 } }, interval, luck: 0.5 }),
    ).toMatchObject({
      treatment: "adam",
      baseline: "adam",
      batchSize: 512,
      baselineBatchSize: 64,
      equivalence: { margin: 0.01, p: 0 },
      luck: 0.5,
    });
  });
});

describe("withVerdicts", () => {
  const comparison = (
    p: number,
    low: number,
    high: number,
    { metric = "HR@5", crossed = 0, equivalent = null as number | null } = {},
  ): Comparison => ({
    subject: 0,
    batchSize: 64,
    treatment: "a",
    baseline: "b",
    baselineBatchSize: 64,
    metric,
    difference: (low + high) / 2,
    interval: { low, high, level: 0.95 },
    users: {
      count: 10,
      wins: 0,
      losses: 0,
      ties: 10,
      permutation: { p, adjusted: p, isAtMost: false },
      wilcoxon: { p, adjusted: p },
      effectSize: 0,
    },
    seeds: { count: 1, differences: [0], permutationP: 1 },
    crossed: { p: crossed, adjusted: crossed, standardError: 1, degreesOfFreedom: 4 },
    equivalence: equivalent === null ? null : { p: equivalent, adjusted: equivalent, margin: 0.01 },
    luck: null,
    verdict: "undecided",
  });

  it("corrects within each metric, and wants test and interval to agree", () => {
    const judged = withVerdicts([
      comparison(0.01, 0.1, 0.2), // x 3
      comparison(0.02, -0.2, -0.1), // x 2
      comparison(0.04, 0.1, 0.2), // .04, raised to .04
      comparison(0.02, -0.1, 0.2, { metric: "NDCG@5" }), // alone: .02, but the interval holds 0
    ]);
    expect(judged.map(({ verdict }) => verdict)).toEqual(["better", "worse", "better", "undecided"]);
    expect(judged.map(({ users }) => users.permutation.adjusted)).toEqual([0.03, 0.04, 0.04, 0.02]);
    expect(withVerdicts([comparison(0.03, 0.1, 0.2), comparison(0.03, 0.1, 0.2)])[0]!.verdict).toBe("undecided"); // .06
  });

  it("wants users and seeds as crossed samples to say so too", () => {
    const judged = withVerdicts([
      comparison(0.001, 0.1, 0.2, { crossed: 0.02 }), // x 2
      comparison(0.001, 0.1, 0.2, { crossed: 0.2 }),
    ]);
    expect(judged.map(({ crossed, verdict }) => [crossed.adjusted, verdict])).toEqual([
      [0.04, "better"],
      [0.2, "undecided"],
    ]);
  });

  it("calls equivalent what two one-sided tests find within the margin, unless it is better or worse", () => {
    const judged = withVerdicts([
      comparison(0.9, -0.004, 0.004, { equivalent: 0.01 }), // x 3
      comparison(0.9, -0.008, 0.008, { equivalent: 0.06 }),
      comparison(0.001, 0.001, 0.004, { equivalent: 0.01 }),
    ]);
    expect(judged.map(({ verdict }) => verdict)).toEqual(["equivalent", "undecided", "better"]);
    expect(judged.map(({ equivalence }) => equivalence!.adjusted)).toEqual([0.03, 0.06, 0.03]);
  });
});

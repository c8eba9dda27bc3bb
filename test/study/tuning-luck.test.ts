import { describe, expect, it } from "@jest/globals";
import { cellsOf, type StudyCell } from "../../src/study/plan-trials.ts";
import type { CellEvidence } from "../../src/study/study-evidence.ts";
import { tuningLuck } from "../../src/study/tuning-luck.ts";
import { smallStudy } from "../support/stages/small-study.ts";
import { trialRecord } from "../support/stages/trial-record.ts";

const [adam, lawn] = cellsOf(smallStudy());

const searched = (cell: StudyCell, name: string, searchOf: string): StudyCell => ({
  ...cell,
  arm: { ...cell.arm, name, searchOf, stream: name },
});

function evidence(cell: StudyCell, values: readonly number[]): CellEvidence {
  const outcomes = values.map((value, seed) => ({
    record: trialRecord({ seed, test: { protocol: "", users: 1, tieRate: 0, metrics: { "HR@5": value } } }),
    users: new Uint32Array(1),
    ranks: new Uint32Array(1),
    values: {},
  }));
  return { cell, tuning: [], chosen: null, atEdge: [], finals: [], outcomes };
}

describe("luck in tuning", () => {
  it("is how far the searches of one arm come apart, of the arm whose come apart most", () => {
    const cells = [
      evidence(adam!, [0.5, 0.6]), // mean .55
      evidence(searched(adam!, "again", "adam"), [0.52, 0.52]), // .52
      evidence(searched(adam!, "thrice", "adam"), [0.54, 0.54]),
      evidence(lawn!, [0.8, 0.8]),
      evidence(searched(lawn!, "lawn-again", "lawn-adam"), [0.81, 0.81]),
    ];
    expect(tuningLuck(cells, "HR@5")).toBeCloseTo(0.03, 12);
  });

  it("is not known of arms that were searched once, nor of searches that diverged", () => {
    expect(tuningLuck([evidence(adam!, [0.5]), evidence(lawn!, [0.9])], "HR@5")).toBeNull();
    expect(tuningLuck([evidence(adam!, [0.5]), evidence(searched(adam!, "again", "adam"), [])], "HR@5")).toBeNull();
  });
});

import { describe, expect, it } from "@jest/globals";
import { standingOf, verdictOf } from "../../../pipelines/gate/verdict.ts";
import type { ComparedRuns } from "../../../src/runs/gate-record.ts";

/** A difference with a symmetric interval, and p. */
function compared(difference: number, reach: number, permutationP: number): ComparedRuns {
  const interval = { low: difference - reach, high: difference + reach };
  const counts = { known: 900, new: 0, gone: 0 };
  return {
    cases: 900,
    casesOfUnknownItems: 0,
    run: { "NDCG@10": 0.4 + difference },
    against: { "NDCG@10": 0.4 },
    difference,
    interval,
    bootstrap: { level: 0.95, resamples: 2000, seed: 1 },
    permutationP,
    permutationIsAtMost: permutationP < 0.0001,
    wilcoxonP: permutationP,
    wins: 1,
    losses: 1,
    ties: 1,
    standing: standingOf({ permutationP, interval }),
    users: counts,
    items: counts,
    newcomers: null,
  };
}

const rule = { metric: "NDCG@10", margin: 0.002, strict: false };
const said = (difference: number, reach: number, p: number, strict = false) =>
  verdictOf(compared(difference, reach, p), { ...rule, strict });

describe("verdictOf", () => {
  it("promotes what is better, level, or worse within the margin", () => {
    expect(said(0.02, 0.01, 0.001)).toMatchObject({ verdict: "promote", reason: expect.stringMatching(/^better: /) });
    expect(said(0.001, 0.01, 0.8)).toMatchObject({ verdict: "promote", reason: expect.stringMatching(/^no worse: /) });
    expect(said(-0.002, 0.01, 0.7)).toMatchObject({ verdict: "promote", reason: expect.stringMatching(/^no worse: /) });
    expect(said(-0.0015, 0.001, 0.01).reason).toMatch(/^worse, but within the margin of 0.002: /);
  });

  it("keeps out what is shown to be worse by more than the margin", () => {
    expect(said(-0.03, 0.01, 0.0001)).toEqual({
      verdict: "keep",
      reason:
        "worse, and by more than the margin of 0.002: NDCG@10 0.3700 against 0.4000, -0.0300 (-0.0400 to -0.0200), p 0.0001, 900 users",
    });
  });

  it("promotes what chance explains, and says what so few users can tell", () => {
    expect(said(-0.005, 0.01, 0.3)).toMatchObject({
      verdict: "promote",
      reason: expect.stringMatching(/^not shown to be worse: .*; so few users tell apart what differs by 0.0100$/),
    });
    // One of the two is not enough: a small p beside an interval with 0, or the other way round.
    expect(said(-0.009, 0.01, 0.04).verdict).toBe("promote");
    expect(said(-0.011, 0.01, 0.06).verdict).toBe("promote");
  });

  it("under strict keeps out all that is not shown to be within the margin", () => {
    expect(said(-0.005, 0.01, 0.3, true).verdict).toBe("keep");
    expect(said(0.001, 0.01, 0.8, true).reason).toMatch(/^not shown to be within the margin of 0.002: /);
    expect(said(0.001, 0.003, 0.8, true)).toMatchObject({
      verdict: "promote",
      reason: expect.stringMatching(/^no worse than the margin of 0.002, by the whole interval: /),
    });
  });
});

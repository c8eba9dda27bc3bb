/** Which differences of a study are findings: every test corrected over the whole table, then a word for each. */
import type { Comparison, Verdict } from "../runs/study-summary.ts";
import { holmAdjusted } from "../statistics/holm.ts";

/** Of the verdicts; what an interval leaves out is 1 less it. */
export const LEVEL = 0.05;

/** Holm over every comparison of a metric in the study, each test by itself, then the verdicts. Order is kept. */
export function withVerdicts(comparisons: readonly Comparison[]): readonly Comparison[] {
  const adjusted = new Map<Comparison, Comparison>();
  for (const metric of new Set(comparisons.map((comparison) => comparison.metric))) {
    const family = comparisons.filter((comparison) => comparison.metric === metric);
    const corrected = (of: (comparison: Comparison) => number): readonly number[] => holmAdjusted(family.map(of));
    const permutation = corrected(({ users }) => users.permutation.p);
    const wilcoxon = corrected(({ users }) => users.wilcoxon.p);
    const crossed = corrected((comparison) => comparison.crossed.p);
    // All comparisons of a metric have a margin, or none has.
    const equivalence = corrected((comparison) => comparison.equivalence?.p ?? 1);
    for (const [index, member] of family.entries()) {
      adjusted.set(member, {
        ...member,
        users: {
          ...member.users,
          permutation: { ...member.users.permutation, adjusted: permutation[index]! },
          wilcoxon: { ...member.users.wilcoxon, adjusted: wilcoxon[index]! },
        },
        crossed: { ...member.crossed, adjusted: crossed[index]! },
        equivalence: member.equivalence === null ? null : { ...member.equivalence, adjusted: equivalence[index]! },
      });
    }
  }
  return comparisons.map((comparison): Comparison => {
    const judged = adjusted.get(comparison)!;
    return { ...judged, verdict: verdictOf(judged) };
  });
}

function verdictOf({ users, crossed, equivalence, interval }: Comparison): Verdict {
  const isClear = users.permutation.adjusted < LEVEL && crossed.adjusted < LEVEL;
  if (isClear && interval.low > 0) return "better";
  if (isClear && interval.high < 0) return "worse";
  return equivalence !== null && equivalence.adjusted < LEVEL ? "equivalent" : "undecided";
}

/** One arm against another at the same batch size: paired by user and by seed, every test two-sided. */
import { mean } from "simple-statistics";
import type { Study } from "../config/schemas/study-schema.ts";
import type { Comparison } from "../runs/study-summary.ts";
import type { BootstrapInterval } from "../statistics/bootstrap.ts";
import { holmAdjusted } from "../statistics/holm.ts";
import { pairedTests } from "../statistics/paired-tests.ts";
import { signFlipTest } from "../statistics/permutation-test.ts";
import type { CellEvidence } from "./study-evidence.ts";

/** What is to be compared, with its evidence. */
export interface ComparedPair {
  readonly treatment: CellEvidence;
  readonly baseline: CellEvidence;
  readonly metric: string;
  /** [common seeds][users]: treatment less baseline. */
  readonly differences: readonly Float64Array[];
}

export const LEVEL = 0.05;

/** Null where the two have no seed in common that both finished. */
export function pairOf(treatment: CellEvidence, baseline: CellEvidence, metric: string): ComparedPair | null {
  const differences = treatment.outcomes.flatMap((ours) => {
    const theirs = baseline.outcomes.find(({ record }) => record.seed === ours.record.seed);
    if (theirs === undefined) return [];
    const [a, b] = [ours.values[metric]!, theirs.values[metric]!];
    return [Float64Array.from(a, (value, user) => value - b[user]!)];
  });
  return differences.length === 0 ? null : { treatment, baseline, metric, differences };
}

/** Before Holm's correction, which needs the whole table: `adjusted` is p itself and the verdict open. */
export function comparePair(
  { treatment, baseline, metric, differences }: ComparedPair,
  { study, interval }: { readonly study: Study; readonly interval: BootstrapInterval },
): Comparison {
  const users = meanOverSeeds(differences);
  const { permutationP, wilcoxonP, ...tested } = pairedTests(users, {
    permutations: study.permutations,
    seed: study.search.seed,
  });
  const bySeed = differences.map((values) => mean(Array.from(values)));
  return {
    subject: treatment.cell.subject,
    batchSize: treatment.cell.batch.size,
    treatment: treatment.cell.arm.name,
    baseline: baseline.cell.arm.name,
    metric,
    difference: mean(bySeed),
    interval: { low: interval.low, high: interval.high, level: 1 - LEVEL },
    users: {
      ...tested,
      permutation: { p: permutationP, adjusted: permutationP },
      wilcoxon: { p: wilcoxonP, adjusted: wilcoxonP },
    },
    seeds: {
      count: bySeed.length,
      differences: bySeed,
      permutationP: signFlipTest(bySeed, { permutations: study.permutations, seed: study.search.seed }),
    },
    verdict: "undecided",
  };
}

/** Holm over every comparison of a metric in the study, then the verdicts. Order is kept. */
export function withVerdicts(comparisons: readonly Comparison[]): readonly Comparison[] {
  const adjusted = new Map<Comparison, { readonly permutation: number; readonly wilcoxon: number }>();
  for (const metric of new Set(comparisons.map((comparison) => comparison.metric))) {
    const family = comparisons.filter((comparison) => comparison.metric === metric);
    const permutation = holmAdjusted(family.map(({ users }) => users.permutation.p));
    const wilcoxon = holmAdjusted(family.map(({ users }) => users.wilcoxon.p));
    for (const [index, member] of family.entries()) {
      adjusted.set(member, { permutation: permutation[index]!, wilcoxon: wilcoxon[index]! });
    }
  }
  return comparisons.map((comparison): Comparison => {
    const { permutation, wilcoxon } = adjusted.get(comparison)!;
    const { users, interval } = comparison;
    const isClear = permutation < LEVEL;
    return {
      ...comparison,
      users: {
        ...users,
        permutation: { ...users.permutation, adjusted: permutation },
        wilcoxon: { ...users.wilcoxon, adjusted: wilcoxon },
      },
      verdict: isClear && interval.low > 0 ? "better" : isClear && interval.high < 0 ? "worse" : "undecided",
    };
  });
}

function meanOverSeeds(differences: readonly Float64Array[]): Float64Array {
  const users = new Float64Array(differences[0]!.length);
  for (const values of differences) for (const [user, value] of values.entries()) users[user]! += value;
  return users.map((sum) => sum / differences.length);
}

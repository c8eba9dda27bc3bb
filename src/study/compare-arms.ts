/** One arm against another, or against itself at another batch size: paired by user and by seed, two-sided. */
import { mean } from "simple-statistics";
import type { Study } from "../config/schemas/study-schema.ts";
import type { Comparison } from "../runs/study-summary.ts";
import type { BootstrapInterval } from "../statistics/bootstrap.ts";
import { crossedMean, crossedP, equivalenceP } from "../statistics/crossed-test.ts";
import { pairedTests } from "../statistics/paired-tests.ts";
import { signFlipTest } from "../statistics/permutation-test.ts";
import type { CellEvidence } from "./study-evidence.ts";
import { LEVEL } from "./study-verdicts.ts";

/** What is to be compared, with its evidence. */
export interface ComparedPair {
  readonly treatment: CellEvidence;
  readonly baseline: CellEvidence;
  readonly metric: string;
  /** [common seeds][users]: treatment less baseline. */
  readonly differences: readonly Float64Array[];
}

export interface ComparisonOptions {
  readonly study: Study;
  readonly interval: BootstrapInterval;
  /** As Comparison has it. */
  readonly luck: number | null;
}

/** Every question of the study that has an answer: pairs of arms at each batch size, then arms across batch sizes. */
export function pairsOf(study: Study, measured: readonly CellEvidence[]): readonly ComparedPair[] {
  const sizes = study.batchSizes.map(({ size }) => size);
  const asked = [
    ...sizes.flatMap((size) => study.comparisons.map(([arm, other]) => [arm, size, other, size] as const)),
    ...study.acrossBatchSizes.flatMap((arm) => sizes.slice(1).map((size) => [arm, size, arm, sizes[0]!] as const)),
  ];
  const cellOf = (arm: string, size: number): CellEvidence | undefined =>
    measured.find(({ cell }) => cell.arm.name === arm && cell.batch.size === size);
  return asked.flatMap(([arm, size, other, otherSize]) =>
    study.metrics.flatMap((metric) => {
      const [ours, theirs] = [cellOf(arm, size), cellOf(other, otherSize)];
      const pair = ours === undefined || theirs === undefined ? null : pairOf(ours, theirs, metric);
      return pair === null ? [] : [pair];
    }),
  );
}

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

/** Before Holm's correction, which needs the whole table: every `adjusted` is p itself and the verdict open. */
export function comparePair(
  { treatment, baseline, metric, differences }: ComparedPair,
  { study, interval, luck }: ComparisonOptions,
): Comparison {
  const signs = { permutations: study.permutations, seed: study.search.seed };
  const { permutationP, permutationIsAtMost, wilcoxonP, ...tested } = pairedTests(meanOverSeeds(differences), signs);
  const bySeed = differences.map((values) => mean(Array.from(values)));
  const crossed = crossedMean(differences);
  const { standardError, degreesOfFreedom } = crossed;
  const margin = study.margins[metric];
  return {
    subject: treatment.cell.subject,
    batchSize: treatment.cell.batch.size,
    treatment: treatment.cell.arm.name,
    baseline: baseline.cell.arm.name,
    baselineBatchSize: baseline.cell.batch.size,
    metric,
    difference: mean(bySeed),
    interval: { low: interval.low, high: interval.high, level: 1 - LEVEL },
    users: {
      ...tested,
      permutation: { ...unadjusted(permutationP), isAtMost: permutationIsAtMost },
      wilcoxon: unadjusted(wilcoxonP),
    },
    seeds: { count: bySeed.length, differences: bySeed, permutationP: signFlipTest(bySeed, signs) },
    crossed: { ...unadjusted(crossedP(crossed)), standardError, degreesOfFreedom },
    equivalence: margin === undefined ? null : { ...unadjusted(equivalenceP(crossed, margin)), margin },
    luck,
    verdict: "undecided",
  };
}

function unadjusted(p: number): { readonly p: number; readonly adjusted: number } {
  return { p, adjusted: p };
}

function meanOverSeeds(differences: readonly Float64Array[]): Float64Array {
  const users = new Float64Array(differences[0]!.length);
  for (const values of differences) for (const [user, value] of values.entries()) users[user]! += value;
  return users.map((sum) => sum / differences.length);
}

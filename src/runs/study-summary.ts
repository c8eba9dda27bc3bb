/** summary.json: what a study found, arm by arm and pair by pair; everything a table or a report shows. */
import { z } from "zod";

const metrics = z.record(z.string(), z.number());

/** Over the seeds that did not diverge; the interval resamples users and seeds. */
const spreadSchema = z.object({
  mean: z.number(),
  /** Over seeds, n - 1; null for a single one. */
  deviation: z.number().nullable(),
  minimum: z.number(),
  maximum: z.number(),
  /** Bootstrap interval of the mean. */
  low: z.number(),
  high: z.number(),
});

/** Fitted once, so its interval resamples users alone. */
const baselineSummarySchema = z.object({
  name: z.string(),
  /** As validation chose them; empty where there was nothing to choose. */
  parameters: z.record(z.string(), z.number()),
  /** Of the chosen parameters; null where there was nothing to choose. */
  validation: metrics.nullable(),
  /** By metric name. */
  test: z.record(z.string(), z.object({ mean: z.number(), low: z.number(), high: z.number() })),
});

const armSummarySchema = z.object({
  /** Place in `subjects`. */
  subject: z.int().min(0),
  arm: z.string(),
  /** The arm that this one is another search of; null for an arm of its own. */
  searchOf: z.string().nullable(),
  optimizer: z.string(),
  batchSize: z.int().min(1),
  /** At most; what every trial of this batch size had. */
  epochs: z.int().min(1),
  tuning: z.object({
    trials: z.int(),
    diverged: z.int(),
    /** Best validation value of each trial in the order of the search; null where it diverged. */
    values: z.array(z.number().nullable()),
    /** [n - 1]: the best value that n of the trials can be expected to find; a trial that diverged counts as 0. */
    expectedBest: z.array(z.number()),
  }),
  /** The tuning trial that validation chose; null where all diverged. */
  chosen: z
    .object({
      trial: z.string(),
      index: z.int(),
      point: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
      /** Dimensions chosen at the edge of their range: a wider one might do better. */
      atEdge: z.array(z.string()),
      validation: metrics,
      epoch: z.int(),
    })
    .nullable(),
  seeds: z.int(),
  /** Of the final trials. */
  diverged: z.int(),
  /** By metric name; null where every seed diverged. */
  test: z.record(z.string(), spreadSchema).nullable(),
  /** Mean over seeds of the chosen epoch's validation; null where every seed diverged. */
  validation: metrics.nullable(),
  /** Seeds that reached the target on validation, of all; Wilson interval. */
  success: z.object({ successes: z.int(), of: z.int(), rate: z.number(), low: z.number(), high: z.number() }),
  /** Of each seed that reached it, in the order of seeds; null where it did not. */
  epochsToTarget: z.array(z.int().nullable()),
  /** Of training steps. */
  secondsToTarget: z.array(z.number().nullable()),
  cost: z.object({
    tuningSeconds: z.number(),
    finalSeconds: z.number(),
    /** Median over all trials. */
    secondsPerEpoch: z.number(),
    samplesPerSecond: z.number(),
  }),
});

const testSchema = z.object({
  /** Two-sided; `adjusted` by Holm over every comparison of this metric in the study. */
  p: z.number(),
  adjusted: z.number(),
});

const comparisonSchema = z.object({
  subject: z.int().min(0),
  /** Of the treatment. */
  batchSize: z.int().min(1),
  treatment: z.string(),
  baseline: z.string(),
  /** The treatment's, but where an arm is compared with itself. */
  baselineBatchSize: z.int().min(1),
  metric: z.string(),
  /** Treatment less baseline: mean over users and common seeds. */
  difference: z.number(),
  /** Bootstrap over users and seeds. */
  interval: z.object({ low: z.number(), high: z.number(), level: z.number() }),
  /** Users, each with the mean over seeds. */
  users: z.object({
    count: z.int(),
    wins: z.int(),
    losses: z.int(),
    ties: z.int(),
    /** `isAtMost`: as small as drawn signs can tell, so the true one may be smaller. */
    permutation: testSchema.extend({ isAtMost: z.boolean() }),
    wilcoxon: testSchema,
    /** Mean over standard deviation of the users' differences (Cohen's d_z). */
    effectSize: z.number(),
  }),
  /** Seeds, each with the mean over users. */
  seeds: z.object({
    count: z.int(),
    differences: z.array(z.number()),
    /** Exact sign flips; cannot be below 2 / 2^count. */
    permutationP: z.number(),
  }),
  /** Users and seeds as crossed samples (crossed-test.ts); of a single seed, of users alone. */
  crossed: testSchema.extend({ standardError: z.number(), degreesOfFreedom: z.number() }),
  /** Two one-sided tests of the same mean and error; null where the study states no margin for the metric. */
  equivalence: testSchema.extend({ margin: z.number() }).nullable(),
  /** How far independent searches of one arm came apart there, in this metric on test; null where none were made. */
  luck: z.number().nullable(),
  /**
   * `better` and `worse` where the interval leaves out 0 and both adjusted tests, of users and of users and seeds, say
   * so at 0.05; else `equivalent` where the adjusted test of equivalence does.
   */
  verdict: z.enum(["better", "worse", "equivalent", "undecided"]),
});

export const studySummarySchema = z.object({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  /** Chose settings and epochs, on validation. */
  metric: z.string(),
  /** Reported on test. */
  metrics: z.array(z.string()),
  search: z.object({
    method: z.enum(["sobol", "random"]),
    trials: z.int(),
    seed: z.int(),
    /** Only one in eta trials went on from each rung; absent where all were trained to the end. */
    halving: z.object({ eta: z.int() }).optional(),
  }),
  seeds: z.array(z.int()),
  subjects: z.array(
    z.object({
      dataset: z.string(),
      model: z.string(),
      contentHash: z.string(),
      protocol: z.string(),
      users: z.int(),
      /** On validation; `source` says how the value came about. */
      target: z.object({ metric: z.string(), value: z.number(), source: z.string() }),
      /** Beside its arms, in the study's order; older summaries have none. */
      baselines: z.array(baselineSummarySchema).default([]),
    }),
  ),
  /** In the order of the study: subject, batch size, arm. */
  arms: z.array(armSummarySchema),
  comparisons: z.array(comparisonSchema),
  /** What the study could not decide, a sentence each. */
  undecided: z.array(z.string()),
});

export type Spread = z.output<typeof spreadSchema>;
export type BaselineSummary = z.output<typeof baselineSummarySchema>;
export type ArmSummary = z.output<typeof armSummarySchema>;
export type Comparison = z.output<typeof comparisonSchema>;
export type Verdict = Comparison["verdict"];
export type StudySummary = z.output<typeof studySummarySchema>;

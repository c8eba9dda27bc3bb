/**
 * A study file: arms, their search spaces, budgets and questions. Stands alone or extends another; the
 * parsed value is complete.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { baselineNames } from "../baseline-settings.ts";
import { defaultMetric, metricType } from "../metric-names.ts";
import { optimizerNames } from "../optimizer/optimizer-names.ts";
import { studyMetricType } from "./study-metrics.ts";

const settings = z.record(z.string(), z.unknown());
const name = z.string().regex(/^[\w.-]+$/, "expected letters, digits, dots, dashes and underscores");
const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** Values from `from` to `to`. */
const rangeSchema = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    scale: z.enum(["log", "linear"]).default("log"),
    whole: z.boolean().default(false),
    /** The lowest share of the range that stands for exactly 0, such as no weight decay. */
    zeroShare: z.number().min(0).lt(1).default(0),
    /** Both ends are multiplied by (batch size / `batchSize`)^`power`. */
    growth: z
      .strictObject({ batchSize: z.int().min(1), power: z.number() })
      .nullable()
      .default(null),
    /** The value is a share of the trial's epochs. */
    ofEpochs: z.boolean().default(false),
    /** Text with {} where the number goes, such as "normal:{}". */
    as: z.string().includes("{}").nullable().default(null),
  })
  .refine(({ from, to }) => from <= to, "from is above to")
  .refine(({ from, scale }) => scale === "linear" || from > 0, "a log scale needs from above 0");

/** One of the listed values. */
const valuesSchema = z.strictObject({ values: z.array(scalar).min(1) });

/** One of the listed groups of settings, such as both betas together. */
const choicesSchema = z.strictObject({ choices: z.array(settings).min(1) });

/** By dotted setting of the stage train ("optimizer.learningRate"); a free name for choices. */
const spaceSchema = z.record(z.string(), z.union([rangeSchema, valuesSchema, choicesSchema]));

const batchSchema = z.strictObject({
  size: z.int().min(1),
  /** Of every trial at this batch size, tuning and final. */
  epochs: z.int().min(1),
  /** Epochs without a better validation value before a trial stops; null trains them all. */
  patience: z.int().min(1).nullable().default(null),
  settings: settings.default({}),
});

const armSchema = z.strictObject({
  name,
  optimizer: z.enum(optimizerNames),
  settings: settings.default({}),
  space: spaceSchema.default({}),
  /** Names draws of its own for the arm's search; arms of the same stream and space try the same points. */
  stream: z.string().default(""),
  /**
   * This arm is another one, searched once more on other points: how far the two come apart is luck in tuning. All but
   * name and stream is that arm's.
   */
  searchOf: name.nullable().default(null),
});

export const studySchema = z
  .strictObject({
    name,
    title: z.string().min(1),
    question: z.string().default(""),
    subjects: z
      .array(z.strictObject({ dataset: z.string().min(1), model: z.string().min(1), settings: settings.default({}) }))
      .min(1),
    /** Of every trial, below those of subject, batch size and arm. */
    settings: settings.default({}),
    batchSizes: z.array(batchSchema).min(1),
    /** Dimensions that every arm has; an arm's own of the same name wins. */
    space: spaceSchema.default({}),
    arms: z.array(armSchema).min(1),
    search: z.strictObject({
      method: z.enum(["sobol", "random"]).default("sobol"),
      /** Of each arm at each batch size; the first is the middle of the space. */
      trials: z.int().min(1),
      seed: z.int().min(0).default(1),
      /**
       * Cuts hopeless trials early, alike for all arms: all are trained for a few epochs, the best 1/eta by validation
       * go on to eta times as many. Absent for none: every trial is trained to the end.
       */
      halving: z.strictObject({ eta: z.int().min(2).default(3) }).optional(),
    }),
    seeds: z.strictObject({
      count: z.int().min(1),
      /** Seeds first, first + 1, ...; the search's own seed is not one of them. */
      first: z.int().min(0).default(101),
    }),
    /** Chooses epochs and settings, on validation. */
    metric: metricType.default(defaultMetric),
    /** Reported and tested, on test; "full:NDCG@10" among the whole catalogue, whatever the trials' protocol is. */
    metrics: z.array(studyMetricType).min(1).default(["HR@10", "NDCG@10"]),
    /** Of `metric` on validation: a value, or a share of the best arm's mean over seeds. */
    target: z
      .union([z.strictObject({ value: z.number() }), z.strictObject({ ofBest: z.number().positive().max(1) })])
      .default({ ofBest: 0.98 }),
    /** Beside the arms in every table: fitted on train, parameters chosen on validation, test ranked at the end. */
    baselines: z.array(z.enum(baselineNames)).default([]),
    /** Treatment and baseline; each pair is compared at each batch size both have. */
    comparisons: z.array(z.tuple([z.string(), z.string()])).default([]),
    /** Arms that are compared with themselves as well: at each batch size against the first one. */
    acrossBatchSizes: z.array(z.string()).default([]),
    /** By reported metric: the difference that would be too small to matter, stated before looking. */
    margins: z.record(z.string(), z.number().positive()).default({}),
    /** Of the bootstrap. */
    resamples: z.int().min(100).default(2000),
    /** Drawn by the permutation test over users; its p cannot be below 1 / (permutations + 1). */
    permutations: z.int().min(100).default(10_000),
  })
  .superRefine((study, context) => {
    const refuse = (path: readonly (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path: [...path], message });
    };
    for (const [index, baseline] of study.baselines.entries()) {
      if (study.baselines.indexOf(baseline) !== index) refuse(["baselines", index], `${baseline} stands there twice`);
    }
    const arms = study.arms.map((arm) => arm.name);
    for (const [index, arm] of arms.entries()) {
      if (arms.indexOf(arm) !== index) refuse(["arms", index, "name"], `there are two arms named ${arm}`);
    }
    for (const [index, arm] of study.arms.entries()) {
      const problem = arm.searchOf === null ? null : searchOfProblem(arm, study.arms);
      if (problem !== null) refuse(["arms", index, "searchOf"], problem);
    }
    for (const [index, arm] of study.acrossBatchSizes.entries()) {
      if (!arms.includes(arm)) refuse(["acrossBatchSizes", index], `there is no arm ${arm}`);
    }
    for (const metric of Object.keys(study.margins)) {
      if (!study.metrics.includes(metric)) refuse(["margins", metric], "the study does not report this metric");
    }
    const sizes = study.batchSizes.map(({ size }) => size);
    for (const [index, size] of sizes.entries()) {
      if (sizes.indexOf(size) !== index) refuse(["batchSizes", index, "size"], `batch size ${size} stands there twice`);
    }
    for (const [index, pair] of study.comparisons.entries()) {
      for (const arm of pair.filter((member) => !arms.includes(member))) {
        refuse(["comparisons", index], `there is no arm ${arm}`);
      }
      if (pair[0] === pair[1]) refuse(["comparisons", index], `${pair[0]} is compared with itself`);
    }
    if (study.search.seed >= study.seeds.first && study.search.seed < study.seeds.first + study.seeds.count) {
      refuse(["search", "seed"], "the final seeds must be fresh; choose a search seed outside them");
    }
  });

type Arm = z.output<typeof armSchema>;

function searchOfProblem(arm: Arm, arms: readonly Arm[]): string | null {
  const original = arms.find(({ name }) => name === arm.searchOf);
  if (original === undefined || original === arm) return `there is no other arm ${arm.searchOf}`;
  if (original.searchOf !== null) return `${original.name} is itself a search of ${original.searchOf}; name that one`;
  const others = (["optimizer", "settings", "space"] as const).filter(
    (key) => !isDeepStrictEqual(arm[key], original[key]),
  );
  if (others.length > 0) return `its ${others.join(" and ")} differ from those of ${original.name}`;
  return arm.stream === original.stream
    ? `it has the stream of ${original.name}, so it would try the same points`
    : null;
}

export type Study = z.output<typeof studySchema>;
export type StudyArm = Study["arms"][number];
export type StudyBatch = Study["batchSizes"][number];
export type SearchSpace = Study["space"];
export type SearchDimension = SearchSpace[string];

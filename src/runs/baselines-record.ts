/** baselines.json of a run: the baselines fitted beside it, what each reaches, and how the run stands to them. */
import { z } from "zod";
import { baselineNames } from "../config/baseline-settings.ts";
import { baselineChoiceSchema } from "./metrics-document.ts";

/** A mean over users and its bootstrap interval at the record's level. */
const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** By metric name: HR and NDCG at every cut of the run, and its validation metric. */
const estimates = z.record(z.string(), estimateSchema);

const fittedSchema = z.object({
  name: z.enum(baselineNames),
  /** Parameters, all that was tried for them on validation, and what the tested one was fitted on. */
  choice: baselineChoiceSchema,
  /** Of fitting, choosing and measuring together, when that was done. */
  seconds: z.number(),
  /** Fitted on train; null where the dataset has no validation items. */
  validation: estimates.nullable(),
  /** Null until the run is finished, and where the dataset has no test items. */
  test: estimates.nullable(),
  /** On test: the run less this baseline, paired by user; null where `test` is. */
  lead: estimates.nullable(),
});

const leftOutSchema = z.object({
  name: z.enum(baselineNames),
  /** In words, such as "about 45 s". */
  reason: z.string(),
});

export const baselinesRecordSchema = z.object({
  /** What --baselines asked for. */
  asked: z.enum(["fast", "all"]),
  dataset: z.object({ name: z.string(), contentHash: z.string() }),
  /** The metric that chose parameters and epochs, on validation. */
  metric: z.string(),
  /** Of every interval: a bootstrap over users, the same resamples for all. */
  interval: z.object({ level: z.number(), resamples: z.int(), seed: z.int() }),
  /** In words, as in metrics.json; null where the split has no items. */
  protocols: z.object({ validation: z.string().nullable(), test: z.string().nullable() }),
  /** In the order of the program's list. */
  fitted: z.array(fittedSchema),
  leftOut: z.array(leftOutSchema),
  /** NDCG at the first cut, against the baseline that has most of it on test; null where `test` is. */
  verdict: z
    .object({
      baseline: z.enum(baselineNames),
      metric: z.string(),
      /** Level where the interval of the lead holds 0. */
      outcome: z.enum(["better", "level", "worse"]),
      lead: estimateSchema,
      /** What a person is told: the outcome, then what to try. */
      text: z.string(),
      advice: z.string().nullable(),
    })
    .nullable(),
});

export type Estimate = Readonly<z.output<typeof estimateSchema>>;
export type Estimates = Readonly<z.output<typeof estimates>>;
export type FittedBaselineRecord = Readonly<z.output<typeof fittedSchema>>;
export type BaselinesRecord = Readonly<z.output<typeof baselinesRecordSchema>>;

/** `planning` in a run's manifest: what a budget and a search decided before training began, and why. */
import { z } from "zod";
import { sha256 } from "./file-record.ts";

const settings = z.record(z.string(), z.unknown());

const speedSchema = z.object({
  batchSize: z.int().min(1),
  /** Of training steps alone. */
  samplesPerSecond: z.number(),
  /** Of an epoch with its validation and diagnostics. */
  secondsPerEpoch: z.number(),
});

const budgetPlanSchema = z.object({
  /** Asked for. */
  seconds: z.number(),
  /** Spent when speed had been measured. */
  spentSeconds: z.number(),
  /** Set aside for what follows training: the test, and files. */
  endSeconds: z.number(),
  /** Of a session that was thrown away, at each batch size that was looked at. */
  measured: z.array(speedSchema).min(1),
  batchSize: z.int().min(1),
  epochs: z.int().min(1),
  refit: z.boolean(),
  /** Of the search, as many as fit; 0 without one. */
  trials: z.int().min(0),
  /** A sentence for each decision. */
  reasons: z.array(z.string()),
});

const tuningTrialSchema = z.object({
  /** From 0, which are the settings as they were. */
  index: z.int().min(0),
  /** What the search chose, by name of the dimension. */
  point: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Best value of the metric by the end of each rung that it was trained for; null where it diverged. */
  values: z.array(z.number().nullable()),
  epochsTrained: z.int().min(0),
  seconds: z.number(),
  outcome: z.enum(["chosen", "finished", "cut", "diverged", "not run"]),
});

const tuningSchema = z.object({
  /** On validation. */
  metric: z.string(),
  /** One in so many goes on from each rung. */
  eta: z.int().min(2),
  /** Epochs by the end of each rung. */
  rungs: z.array(z.int().min(1)).min(1),
  trials: z.array(tuningTrialSchema).min(1),
  /** Index of the trial whose settings are trained. */
  chosen: z.int().min(0),
});

export const planningSchema = z.object({
  /** sha256 of the settings that asked for it, as far as they decide the result. */
  requestHash: sha256,
  /** Those settings. */
  request: settings,
  budget: budgetPlanSchema.nullable(),
  tuning: tuningSchema.nullable(),
  /** What was decided, nested as in config.json; null until everything is. */
  settings: settings.nullable(),
});

export type Planning = z.output<typeof planningSchema>;
export type BudgetPlan = z.output<typeof budgetPlanSchema>;
export type MeasuredSpeed = z.output<typeof speedSchema>;
export type TuningRecord = z.output<typeof tuningSchema>;

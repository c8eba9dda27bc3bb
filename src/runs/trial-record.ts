/** trials/<id>.json: one training of a study and what came of it. Written once, whole; a study is the sum of these. */
import { z } from "zod";
import { rowFileRecord, sha256 } from "./file-record.ts";

const metrics = z.record(z.string(), z.number());

/**
 * Tuning trials choose an arm's setting on validation; final trials train it with fresh seeds and meet the test split.
 */
const trialPhases = ["tuning", "final"] as const;

/** What makes two trials comparable: the same bytes behind data, candidates and negatives. */
const fairnessSchema = z.object({
  /** Content hash of the dataset. */
  dataset: sha256,
  /** sha256 of the frozen candidates of each split. */
  candidates: z.object({ validation: sha256, test: sha256 }),
  /** sha256 of the first samples drawn under the trial's seed; the same whatever the batch size and the optimizer. */
  negatives: sha256,
});

const trialEpochSchema = z.object({
  /** From 1. */
  epoch: z.int().min(1),
  loss: z.number(),
  /** The metric that chooses, and the reported ones. */
  validation: metrics,
  /** Spent on training steps in this epoch. */
  seconds: z.number(),
  phase: z.enum(["free", "constrained"]),
});

export const trialRecordSchema = z.object({
  id: z.string(),
  /**
   * sha256 of everything that decides the result: settings, data, engine. A trial of another identity is another trial.
   */
  identity: sha256,
  /** Place in the study's subjects. */
  subject: z.int().min(0),
  dataset: z.string(),
  model: z.string(),
  arm: z.string(),
  batchSize: z.int().min(1),
  phase: z.enum(trialPhases),
  /** From 0: index in the arm's search, or of the seed. */
  index: z.int().min(0),
  seed: z.int().min(0),
  /** What the search chose, by name of the dimension; a JSON text where one name stands for several settings. */
  point: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Of the stage train, resolved. */
  config: z.record(z.string(), z.unknown()),
  fairness: fairnessSchema,
  engine: z.string(),
  packageVersion: z.string(),
  gitCommit: z.string().nullable(),
  /** A diverged trial has used its share of the budget and has no metrics. */
  outcome: z.enum(["finished", "diverged"]),
  /** Why it diverged; null otherwise. */
  reason: z.string().nullable(),
  /** The epoch that validation chose, from 1; null when diverged. */
  epoch: z.int().min(1).nullable(),
  epochsTrained: z.int().min(0),
  /** At the chosen epoch; null when diverged. */
  validation: metrics.nullable(),
  /** Of final trials alone; null for tuning and when diverged. */
  test: z.object({ protocol: z.string(), users: z.int(), tieRate: z.number(), metrics }).nullable(),
  /** The file beside this one with the test outcome of each user; null where `test` is. */
  perUser: rowFileRecord.nullable(),
  /** Every epoch trained. */
  epochs: z.array(trialEpochSchema),
  /** Wall-clock, everything included. */
  seconds: z.number(),
  /** Spent on training steps. */
  trainingSeconds: z.number(),
  /** Trained on per second of training steps. */
  samplesPerSecond: z.number(),
  /** ISO 8601. */
  startedAt: z.string(),
});

export type Fairness = z.output<typeof fairnessSchema>;
export type TrialRecord = z.output<typeof trialRecordSchema>;
export type TrialPhase = TrialRecord["phase"];

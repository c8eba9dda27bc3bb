/** manifest.json: what made a run's files, on what, and whether it was finished. */
import { z } from "zod";
import { fileRecord, sha256 } from "./file-record.ts";
import { planningSchema } from "./planning-record.ts";

/** How a run's ids stand to a dataset's. */
export const idCounts = z.object({
  /** Ids of the dataset that the run knows. */
  known: z.int().min(0),
  /** Ids of the dataset that it does not. */
  new: z.int().min(0),
  /** Ids of the run that are not in the dataset. */
  gone: z.int().min(0),
});

const startSchema = z.object({
  /** Its name, and its folder as it was found. */
  run: z.string(),
  directory: z.string(),
  /** That it was trained on. */
  dataset: z.object({ name: z.string(), contentHash: z.string() }),
  /** sha256 of its ranker that the first pass began with. */
  checkpoint: sha256,
  optimizer: z.enum(["fresh", "keep"]),
  targets: z.enum(["switch", "start"]),
  users: idCounts,
  items: idCounts,
});

const rankerSchema = z.object({
  /** Name in the run's folder. */
  file: z.string(),
  trainedOn: z.array(z.enum(["train", "validation", "test"])),
  epoch: z.int().min(1),
});

export const manifestSchema = z.object({
  stage: z.literal("train"),
  status: z.enum(["running", "done", "failed"]),
  /** Why it failed or was interrupted; null otherwise. */
  reason: z.string().nullable(),
  /** Name of the run's folder. */
  run: z.string(),
  dataset: z.object({ name: z.string(), contentHash: z.string() }),
  /** sha256 of the settings that decide the result. */
  configHash: sha256,
  /** Files of recommended settings that were used, weakest first. */
  recommendations: z.array(z.string()),
  /** What the rule for defaults chose, setting by setting; empty in runs that are older than the rule. */
  choices: z
    .array(
      z.object({
        path: z.array(z.string()).min(1),
        value: z.union([z.number(), z.string(), z.boolean()]),
        reason: z.string(),
      }),
    )
    .default([]),
  /** What --budget and --tune decided; absent where neither was asked for. */
  planning: planningSchema.optional(),
  /** The run that training began with; absent where it began with initial values. */
  start: startSchema.optional(),
  seed: z.int(),
  engine: z.object({ name: z.string(), description: z.string() }),
  packageVersion: z.string(),
  /** Of the checkout the program ran from, "-dirty" appended if it was changed; null outside a checkout. */
  gitCommit: z.string().nullable(),
  node: z.string(),
  platform: z.string(),
  /** ISO 8601, of the first start. */
  startedAt: z.string(),
  /** ISO 8601, of the moment it was done; absent until then. */
  finishedAt: z.string().optional(),
  /** Times the run was resumed. */
  resumptions: z.int().min(0),
  /** Wall-clock seconds of all attempts together, up to the last checkpoint of each. */
  seconds: z.number(),
  peakMemoryBytes: z.number(),
  /** Chosen epoch from 1, epochs trained, and whether patience ended training; null until it is known. */
  outcome: z
    .object({
      epoch: z.int(),
      epochsTrained: z.int(),
      stoppedEarly: z.boolean(),
      /** "all": on test too, after the test of the ranker before it. */
      refit: z.union([z.boolean(), z.literal("all")]),
    })
    .nullable(),
  /**
   * Which ranker is which, of a refitted run: the one that validation selected, the one that test was reported of, and
   * the one that is scored, exported and served.
   */
  rankers: z.object({ selected: rankerSchema, tested: rankerSchema, shipped: rankerSchema }).optional(),
  /** Files of a finished run, by name. */
  files: z.record(z.string(), fileRecord),
});

export type StartRecord = z.output<typeof startSchema>;
export type Manifest = z.output<typeof manifestSchema>;

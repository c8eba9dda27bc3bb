/** What lies beside scored files: what made them, from what, and whether they are whole. */
import { z } from "zod";
import { baselineNames } from "../config/baseline-settings.ts";
import { parseJson } from "../config/json-text.ts";
import { rowFileRecord, sha256 } from "./file-record.ts";

const count = z.int().min(0);
const idType = z.enum(["int64", "utf8"]);

const countsSchema = z.object({
  /** Lists written, those of the most popular items among them. */
  users: count,
  /** Of them, lists of the most popular items, for users the run was not trained on. */
  popularUsers: count,
  /** Of them, lists without an item. */
  emptyUsers: count,
});

/** Of the whole selection, whatever the shard. */
const selectionSchema = z.object({
  /** Users of the whole job, in every shard the same. */
  users: count,
  /** sha256 of who they are, in which order. */
  digest: sha256,
  askedRows: count,
  repeatedRows: count,
  unknownUsers: count,
  untrainedUsers: count,
  unknownItems: count,
  /** Distinct pairs of --exclude-pairs, and those of them with a user or an item unknown to the dataset. */
  excludedPairs: count.default(0),
  unknownExcludedPairs: count.default(0),
});

/** What decides the bits of a score besides the plan. */
const engineSchema = z.object({ name: z.string(), description: z.string(), arithmetic: z.string() });

const shapeSchema = z.object({
  /** Shards of before there were lists of similar items are of users. */
  of: z.enum(["users", "items"]).default("users"),
  userIds: idType,
  itemIds: idType,
  hasSource: z.boolean(),
});

/** <output>.shards/<plan>/<i>-of-<N>.<hash>.json: written last, so a shard without it is not finished. */
const shardRecordSchema = z.object({
  stage: z.literal("score-shard"),
  plan: sha256,
  index: count,
  of: z.int().min(1),
  /** Name of the Arrow file beside it. */
  name: z.string(),
  file: rowFileRecord,
  shape: shapeSchema,
  selection: selectionSchema,
  counts: countsSchema,
  engine: engineSchema,
  packageVersion: z.string(),
  seconds: z.number(),
  scoringSeconds: z.number(),
});

/** <output>.manifest.json */
const scoreManifestSchema = z.object({
  stage: z.literal("score"),
  plan: sha256,
  /** The run's folder, and the hash of its checkpoint; absent of a baseline. */
  run: z.string().optional(),
  checkpoint: sha256.optional(),
  /** What scored in a run's place. */
  baseline: z
    .object({
      name: z.enum(baselineNames),
      parameters: z.record(z.string(), z.number()),
      seed: z.int(),
      fittedOn: z.array(z.enum(["train", "validation"])),
    })
    .optional(),
  dataset: z.object({ name: z.string(), contentHash: sha256 }),
  settings: z.record(z.string(), z.unknown()),
  /** Shards it was joined from; null where it was written in one go. */
  shards: z.int().min(1).nullable(),
  output: z.object({
    name: z.string(),
    format: z.string(),
    compression: z.string().nullable(),
    columns: z.array(z.string()),
    /** Where it lies that is no file, without secrets. */
    address: z.string().optional(),
  }),
  /** Absent where the output is no file. */
  file: rowFileRecord.optional(),
  /** What was read back from a database after it was written. */
  published: rowFileRecord.optional(),
  selection: selectionSchema,
  counts: countsSchema,
  engine: engineSchema,
  packageVersion: z.string(),
  gitCommit: z.string().nullable(),
  node: z.string(),
  platform: z.string(),
  /** ISO 8601. */
  finishedAt: z.string(),
  seconds: z.number(),
  /** Of them, spent on scores and choosing the best of them. */
  scoringSeconds: z.number(),
  usersPerSecond: z.number(),
  peakMemoryBytes: z.number(),
});

export type ShardRecord = z.output<typeof shardRecordSchema>;
export type ScoreManifest = z.output<typeof scoreManifestSchema>;

/** `where` (a file name) begins the message. Throws DataError. */
export function parseShardRecord(text: string, where: string): ShardRecord {
  return parseJson(text, shardRecordSchema, { where, what: "the record of a shard", remedy: "do the shard again" });
}

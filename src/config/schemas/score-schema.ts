/** Every setting of `score`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { isAddress } from "../address-text.ts";
import { listsAddressProblem } from "../addresses/lists-address.ts";
import {
  baselineEngineRefusals,
  baselineParameterSettings,
  baselineRefusals,
  fittedNames,
} from "../baseline-settings.ts";
import { store } from "../object-store-settings.ts";
import { attempts, queue, queueName } from "../queue-settings.ts";
import { setting } from "../setting.ts";
import {
  allowSoftwareAdapter,
  dataRoot,
  datasetMeaning,
  engineType,
  modelsRoot,
  tfjsBackend,
  threads,
} from "../shared-settings.ts";
import { whomRefusals, whomSettings } from "./score/whom-settings.ts";

const file = z.string().min(1).nullable().default(null);

export const recommendationFormats = ["parquet", "arrow", "csv", "jsonl"] as const;

const scoreSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Run to score with: its folder, or its name under models/<dataset>; the dataset's latest run unless given",
  }),
  baseline: setting(z.enum(fittedNames).nullable().default(null), {
    flag: "baseline",
    meaning:
      "Baseline to score with in place of a run, fitted on train; its parameters are chosen on validation unless given",
  }),
  ...baselineParameterSettings,
  seed: setting(z.int().min(0).nullable().default(null), {
    flag: "seed",
    meaning: "Of the baselines pure-svd and ials; the dataset's own unless given",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    names: "dataset",
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  output: setting(z.string().min(1), {
    flag: "output",
    heading: "Output",
    names: "file",
    meaning:
      "File to write; its ending says the format: .parquet, .arrow, .csv or .jsonl. Or a database: postgres://host/db?table=recommendations, redis://host:6379/0?prefix=recs:",
  }),
  work: setting(z.string().min(1).nullable().default(null), {
    flag: "work",
    names: "folder",
    meaning:
      "Where an output that is no file keeps its shards until it is written, and its manifest; scores unless given",
  }),
  format: setting(z.enum(recommendationFormats).nullable().default(null), {
    flag: "format",
    meaning: "Format of the file, where its ending does not say",
  }),
  compression: setting(z.enum(["snappy", "zstd"]).optional(), {
    flag: "compression",
    meaning: "Of Parquet; snappy unless given",
  }),
  csvSafe: setting(z.boolean().default(false), {
    flag: "csv-safe",
    meaning:
      "For CSV that a spreadsheet opens: puts ' before ids that it would take for formulas (beginning =, +, - or @)",
  }),
  k: setting(z.int().min(1).nullable().default(null), {
    flag: "k",
    meaning: "Items per user at most; 10 unless given, and with --pairs every pair",
    unit: "items",
  }),
  ...whomSettings,
  allow: setting(file, { flag: "allow", names: "file", meaning: "File of item ids: nothing else is recommended" }),
  deny: setting(file, { flag: "deny", names: "file", meaning: "File of item ids that are never recommended" }),
  excludeSeen: setting(z.boolean().optional(), {
    flag: "exclude-seen",
    off: "Recommend items the user has in the log too",
    meaning:
      "Leave out items the user has in the log (train, validation and test); on unless given, and off with --pairs",
  }),
  excludePairs: setting(file, {
    flag: "exclude-pairs",
    names: "file",
    meaning: "File of user and item ids: pairs that are left out too, such as what was bought elsewhere or hidden",
  }),
  minimumScore: setting(z.number().optional(), {
    flag: "minimum-score",
    meaning: "Leave out items that the ranker scores lower; a logit",
  }),
  unknown: setting(z.enum(["error", "skip", "popular"]).default("error"), {
    flag: "unknown",
    heading: "Users",
    meaning:
      "Users that the run was not trained on, people of --profiles none of whose items it knows, and items the dataset lacks: refuse them, leave them out, or give such users the most popular items",
  }),
  engine: setting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning: "What computes the scores; auto takes the fastest that runs here",
  }),
  threads,
  tfjsBackend,
  allowSoftwareAdapter,
  batchSize: setting(z.int().min(1).default(4096), {
    flag: "batch-size",
    meaning: "Users at a time: memory grows with it, results do not depend on it",
    unit: "users",
  }),
  shard: setting(
    z
      .string()
      .regex(/^(\d+\/\d+|env)$/)
      .nullable()
      .default(null),
    {
      flag: "shard",
      heading: "Several machines",
      expects: "i/N with i from 0 to N - 1, env or none",
      meaning:
        "Score the i-th of N parts of the users into <output>.shards; env reads JOB_COMPLETION_INDEX and JOB_COMPLETIONS, or SLURM_ARRAY_TASK_ID and its count",
    },
  ),
  shards: setting(z.int().min(1).max(1_000_000).nullable().default(null), {
    flag: "shards",
    meaning: "How many parts --merge joins, or --queue hands out",
    unit: "shards",
  }),
  queue,
  queueName,
  attempts,
  store,
  merge: setting(z.boolean().default(false), {
    flag: "merge",
    meaning: "Check that all --shards N are there and agree, and write the output from them",
  }),
});

export const scoreSchema = scoreSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  for (const [path, message] of [...baselineRefusals(config), ...baselineEngineRefusals(config, ["ials", "ease"])]) {
    context.addIssue({ code: "custom", path: [...path], message });
  }
  if (config.run === null && config.baseline === null && config.dataset === null) {
    refuse([], "nothing to score with; give --run RUN, or --dataset NAME for its latest run");
  }
  const isFile = !isAddress(config.output);
  const problem = isFile ? null : listsAddressProblem(config.output);
  if (problem !== null) refuse(["output"], problem);
  for (const path of isFile ? [] : (["format", "compression"] as const)) {
    if (config[path] !== undefined && config[path] !== null) refuse([path], "only files have it; leave it out");
  }
  if (isFile && config.work !== null) refuse(["work"], "only an output that is no file needs it; leave it out");
  const format = formatOfOutput(config);
  if (format === null && isFile)
    refuse(["output"], "expected an ending of .parquet, .arrow, .csv or .jsonl, or --format");
  if (isFile && config.compression !== undefined && format !== null && format !== "parquet") {
    refuse(["compression"], `only Parquet is compressed, and the output is ${format}; leave it out`);
  }
  if (config.csvSafe && format !== "csv" && (format !== null || !isFile)) {
    refuse(["csvSafe"], `no spreadsheet takes ${format ?? "a table"} for formulas; leave it out`);
  }
  for (const [key, message] of whomRefusals(config)) refuse([key], message);
  if (config.shard !== null && config.merge) refuse(["shard"], "--merge joins what --shard wrote; give one of them");
  if (config.merge && config.shards === null) refuse(["merge"], "how many? give --shards N as well");
  if (config.queue !== null && config.shards === null) {
    refuse(["queue"], "how many shards? give --shards N as well, some for each worker");
  }
  if (config.queue !== null && (config.merge || config.shard !== null)) {
    refuse(["queue"], "the queue's shards are chosen and joined by themselves; leave --shard and --merge out");
  }
  if (config.store !== null && config.queue === null) {
    refuse(["store"], "only what goes through --queue travels by a store; give a queue as well, or leave it out");
  }
  if (config.shards !== null && !config.merge && config.queue === null) {
    refuse(["shards"], "only --merge and --queue take a number of shards; a single one is --shard i/N");
  }
});

export type ScoreConfig = z.output<typeof scoreSchema>;
/** As a program gives them: the block "score" of a config file, before defaults and checks. */
export type ScoreSettings = z.input<typeof scoreSchema>;

/** As given, or by the output's ending; null where neither says. */
export function formatOfOutput(config: {
  readonly output: string;
  readonly format: (typeof recommendationFormats)[number] | null;
}): (typeof recommendationFormats)[number] | null {
  if (isAddress(config.output)) return null;
  return config.format ?? recommendationFormats.find((format) => config.output.endsWith(`.${format}`)) ?? null;
}

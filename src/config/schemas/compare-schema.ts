/**
 * Every setting of `compare`, once. What a study itself holds stands in study-schema.ts; flags
 * here change it for one call.
 */
import { z } from "zod";
import { attempts, queue, queueName } from "../queue-settings.ts";
import { setting } from "../setting.ts";
import { dataRoot, engineType, modelsRoot } from "../shared-settings.ts";

const compareSettings = z.object({
  study: setting(z.string().min(1).nullable().default(null), {
    flag: "study",
    heading: "Study",
    meaning: "Name of a ready study (lawn-large-batch, lawn-ablation, smoke, ...) or a JSON file",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    names: "dataset",
    meaning: "Ingested dataset, or the dataset file it was ingested with, in place of the study's own",
  }),
  model: setting(z.enum(["mf", "gmf", "mlp", "neumf"]).nullable().default(null), {
    flag: "model",
    meaning: "Ranker in place of the study's own",
  }),
  arms: setting(z.array(z.string().min(1)).min(1).nullable().default(null), {
    flag: "arms",
    meaning: "Only these arms of the study, such as adam,lawn-adam",
  }),
  batchSizes: setting(z.array(z.int().min(1)).min(1).nullable().default(null), {
    flag: "batch-sizes",
    meaning: "Only these batch sizes of the study, such as 8192,131072",
  }),
  epochs: setting(z.array(z.int().min(1)).min(1).nullable().default(null), {
    flag: "epochs",
    meaning: "Epochs of a trial: one number for every batch size, or one for each in their order",
    unit: "epochs",
  }),
  trials: setting(z.int().min(1).nullable().default(null), {
    flag: "trials",
    heading: "Trials",
    meaning: "Tuning trials of each arm at each batch size",
  }),
  seeds: setting(z.int().min(1).nullable().default(null), {
    flag: "seeds",
    meaning: "Fresh seeds that train each chosen setting",
  }),
  output: setting(z.string().min(1).nullable().default(null), {
    flag: "output",
    heading: "Study",
    names: "folder",
    meaning: "Folder of the study; <models-root>/studies/<study>-<dataset> unless given",
  }),
  dataRoot,
  modelsRoot,
  engine: setting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning: "What computes, the same for every trial; auto takes the fastest that runs here",
  }),
  workers: setting(z.int().min(1).nullable().default(null), {
    flag: "workers",
    heading: "Trials",
    meaning:
      "Trials side by side, each in a process of its own; as many as the cores this process may use unless given",
  }),
  threads: setting(z.int().min(1).default(1), {
    flag: "threads",
    meaning: "Threads of each trial on the native engine; results do not depend on it",
    unit: "threads",
  }),
  queue,
  queueName,
  attempts,
  plan: setting(z.boolean().default(false), {
    flag: "plan",
    heading: "Study",
    meaning: "Only say what would be run; writes nothing",
  }),
  join: setting(z.string().min(1).nullable().default(null), {
    flag: "join",
    names: "folder",
    meaning: "Folder of a study that another process leads: help with its trials until none is left",
  }),
  force: setting(z.boolean().default(false), {
    flag: "force",
    meaning: "Begin anew even if the folder holds a study; removes its trials",
  }),
});

export const compareSchema = compareSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  if (config.study === null && config.join === null) {
    refuse([], "nothing to compare; give --study NAME or FILE, such as --study smoke");
  }
  if (config.queue !== null && config.workers !== null) {
    refuse(["workers"], "the queue's workers are started by themselves (lawn-ranker worker); leave it out");
  }
  if (config.join === null) return;
  if (config.queue !== null) refuse(["queue"], "a joined study is led by another process; leave it out");
  for (const key of [
    "study",
    "dataset",
    "model",
    "arms",
    "batchSizes",
    "epochs",
    "trials",
    "seeds",
    "output",
  ] as const) {
    if (config[key] !== null) refuse([key], "a joined study has settings of its own; leave it out");
  }
  if (config.force) refuse(["force"], "a joined study is led by another process; leave it out");
  if (config.plan) refuse(["plan"], "a joined study is planned already; leave it out");
  if (config.engine !== "auto") refuse(["engine"], "a joined study has its engine; leave it out");
});

export type CompareConfig = z.output<typeof compareSchema>;

/** Every setting of `evaluate`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { setting } from "./setting.ts";

const evaluateSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    meaning: "Run to evaluate: its folder, or its name under models/<dataset>; the dataset's latest run unless given",
  }),
  baseline: setting(z.enum(["random", "popularity"]).nullable().default(null), {
    flag: "baseline",
    meaning: "What a ranker must beat, evaluated in place of a run",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    meaning:
      "Name of an ingested dataset under the data folder, or the dataset file it was ingested with; the one the run was trained on unless given",
  }),
  dataRoot: setting(z.string().min(1).default("data"), {
    flag: "data-root",
    meaning: "Folder of the ingested datasets",
  }),
  modelsRoot: setting(z.string().min(1).default("models"), { flag: "models-root", meaning: "Folder of the runs" }),
  split: setting(z.enum(["test", "validation"]).default("test"), {
    flag: "split",
    meaning: "Whose held-out items are ranked; choose settings on validation and look at test once",
  }),
  candidates: setting(z.enum(["sampled", "full"]).default("sampled"), {
    flag: "candidates",
    meaning: "What they are ranked against: the dataset's frozen candidates, or the catalogue without seen items",
  }),
  k: setting(z.array(z.int().min(1)).min(1).default([10]), {
    flag: "k",
    meaning: "Cuts of the metrics, such as 10,20",
  }),
  engine: setting(z.enum(["auto", "reference", "native"]).default("auto"), {
    flag: "engine",
    meaning: "What computes a run's scores; auto takes the fastest that runs here; not for baselines",
  }),
  threads: setting(z.int().min(1).nullable().default(null), {
    flag: "threads",
    meaning: "Threads of the native engine; none takes the cores this process may use; refused by other engines",
    unit: "threads",
  }),
  seed: setting(z.int().min(0).nullable().default(null), {
    flag: "seed",
    meaning: "Of the random baseline; the dataset's own unless given",
  }),
  output: setting(z.string().min(1).nullable().default(null), {
    flag: "output",
    meaning:
      "Folder for metrics.json and the per-user results; <run>/evaluations/<split>-<candidates> unless given, nothing for a baseline",
  }),
});

export const evaluateSchema = evaluateSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  const { run, baseline, dataset } = config;
  if (run === null && baseline === null && dataset === null) {
    refuse([], "nothing to evaluate; give --run RUN, or --dataset NAME for its latest run");
  }
  if (baseline !== null && dataset === null) refuse([], `--baseline ${baseline} needs --dataset NAME`);
  if (baseline !== null && run !== null) refuse(["run"], "a baseline is evaluated in place of a run, give one of them");
  if (baseline !== null && config.engine !== "auto") refuse(["engine"], "a baseline runs on no engine");
  if (baseline !== null && config.threads !== null) refuse(["threads"], "a baseline runs on no engine");
  if (baseline !== "random" && config.seed !== null) refuse(["seed"], "only --baseline random draws anything");
});

export type EvaluateConfig = z.output<typeof evaluateSchema>;

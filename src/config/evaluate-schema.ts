/** Every setting of `evaluate`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { setting } from "./setting.ts";
import {
  allowSoftwareAdapter,
  candidatesType,
  cutsType,
  dataRoot,
  datasetMeaning,
  engineType,
  modelsRoot,
  tfjsBackend,
  threads,
} from "./shared-settings.ts";

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
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  split: setting(z.enum(["test", "validation"]).default("test"), {
    flag: "split",
    meaning: "Whose held-out items are ranked; choose settings on validation and look at test once",
  }),
  candidates: setting(candidatesType, {
    flag: "candidates",
    meaning: "What they are ranked against: the dataset's frozen candidates, or the catalogue without seen items",
  }),
  k: setting(cutsType, {
    flag: "k",
    meaning: "Cuts of the metrics, such as 10,20",
  }),
  engine: setting(engineType, {
    flag: "engine",
    meaning: "What computes a run's scores; auto takes the fastest that runs here; not for baselines",
  }),
  threads,
  tfjsBackend,
  allowSoftwareAdapter,
  seed: setting(z.int().min(0).nullable().default(null), {
    flag: "seed",
    meaning: "Of the random baseline; the dataset's own unless given",
  }),
  beyondAccuracy: setting(z.boolean().default(true), {
    flag: "beyond-accuracy",
    meaning:
      "Also measure the recommendation lists (coverage, novelty, ...), deciles, AUC and calibration; scores the whole catalogue for every user",
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
  if (baseline !== null && config.tfjsBackend !== null) refuse(["tfjsBackend"], "a baseline runs on no engine");
  if (baseline !== null && config.allowSoftwareAdapter) {
    refuse(["allowSoftwareAdapter"], "a baseline runs on no engine");
  }
  if (baseline !== "random" && config.seed !== null) refuse(["seed"], "only --baseline random draws anything");
});

export type EvaluateConfig = z.output<typeof evaluateSchema>;

/** Every setting of `evaluate`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import {
  baselineEngineRefusals,
  baselineNames,
  baselineParameterSettings,
  baselineRefusals,
  baselinesOf,
  evaluatedBaselines,
  isTuned,
  severalBaselinesRefusals,
} from "../baseline-settings.ts";
import { setting } from "../setting.ts";
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
} from "../shared-settings.ts";

const evaluateSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Run to evaluate: its folder, or its name under models/<dataset>; the dataset's latest run unless given",
  }),
  baseline: evaluatedBaselines,
  ...baselineParameterSettings,
  refit: setting(z.boolean().default(false), {
    flag: "refit",
    meaning: "Of a baseline: rank test with what was fitted on train and validation together",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    heading: "Run",
    names: "dataset",
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  split: setting(z.enum(["test", "validation"]).default("test"), {
    flag: "split",
    heading: "Validation and test",
    meaning: "Whose held-out items are ranked; choose settings on validation and look at test once",
  }),
  candidates: setting(candidatesType, {
    flag: "candidates",
    meaning:
      "What they are ranked against: the dataset's frozen candidates, or the catalogue without seen items; frozen ones unless given, if the dataset has any",
  }),
  usersSample: setting(z.int().min(1).nullable().default(null), {
    flag: "users-sample",
    meaning:
      "Rank the held-out items of so many users, drawn by the dataset's seed, in place of all, a baseline's choice of parameters included; the protocol's name says so",
    unit: "users",
  }),
  k: setting(cutsType, {
    flag: "k",
    meaning: "Cuts of the metrics, such as 10,20",
  }),
  engine: setting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning:
      "What computes a run's scores, or fits ials and ease and ranks for all but random and popularity; auto takes the fastest that runs here",
  }),
  threads,
  tfjsBackend,
  allowSoftwareAdapter,
  seed: setting(z.int().min(0).nullable().default(null), {
    flag: "seed",
    heading: "Baseline",
    meaning: "Of the baselines random, pure-svd and ials; the dataset's own unless given",
  }),
  beyondAccuracy: setting(z.boolean().default(true), {
    flag: "beyond-accuracy",
    heading: "Validation and test",
    off: "Leave out the recommendation lists (coverage, novelty, ...), deciles, AUC and calibration, which score the whole catalogue for every user",
    meaning:
      "Also measure the recommendation lists (coverage, novelty, ...), deciles, AUC and calibration; scores the whole catalogue for every user",
  }),
  protocolCheck: setting(z.boolean().default(false), {
    flag: "protocol-check",
    meaning: "Also show the same scores under other tie rules and candidates, and what the split leaks from the future",
  }),
  output: setting(z.string().min(1).nullable().default(null), {
    flag: "output",
    heading: "Output",
    names: "folder",
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
  // Those that are tuned have something to compute: ials and ease when they are fitted, all of them when they rank.
  const computing = baselineNames.filter(isTuned);
  const names = baselinesOf(baseline);
  const one = { ...config, baseline: names[0] ?? null };
  const refusals =
    baseline !== null && (names.length > 1 || baseline.includes(","))
      ? severalBaselinesRefusals({ ...config, baseline }, computing)
      : [...baselineRefusals(one), ...baselineEngineRefusals(one, computing)];
  for (const [path, message] of refusals) context.addIssue({ code: "custom", path: [...path], message });
  if (names.length > 1 && config.protocolCheck)
    refuse(["protocolCheck"], "its tables are of one baseline alone; check them one by one");
  if (config.refit && !names.some((name) => name !== "random"))
    refuse(["refit"], "only a baseline that is fitted can be");
  if (config.refit && config.split === "validation")
    refuse(["refit"], "validation would be ranked by what has seen it");
});

export type EvaluateConfig = z.output<typeof evaluateSchema>;
/** As a program gives them: the block "evaluate" of a config file, before defaults and checks. */
export type EvaluateSettings = z.input<typeof evaluateSchema>;

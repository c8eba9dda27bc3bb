/**
 * Every setting of `train`, once: type, default, unit, range and meaning. The parsed config is complete and
 * can be given back as a file.
 */
import { z } from "zod";
import { baselinesBeside } from "../baseline-settings.ts";
import { defaultMetric, metricType, metricWords } from "../metric-names.ts";
import { completeOptimizer, optimizerContradictions } from "../optimizer/optimizer-completion.ts";
import { baseOf, hasLawn } from "../optimizer/optimizer-names.ts";
import { lawnSettings, optimizerSettings, scheduleSettings } from "../optimizer/optimizer-settings.ts";
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
import { trainSetting, withRole } from "../train-role.ts";
import { initializeSettings } from "./initialize-settings.ts";
import { completeLoss, lossContradictions, lossSettings } from "./loss-settings.ts";
import { planningContradictions, planningSettings } from "./planning-settings.ts";
import { featuresSettings, rankerSettings } from "./ranker-settings.ts";
import { completeStart, saveOptimizer, startContradictions, startSettings } from "./start-settings.ts";

const validationSettings = z.object({
  metric: setting(metricType.default(defaultMetric), {
    flag: "validation-metric",
    heading: "Validation and test",
    expects: metricWords,
    meaning: "What chooses the epoch; ties keep the earlier one",
  }),
  usersSample: setting(z.int().min(1).optional(), {
    flag: "validation-users-sample",
    meaning:
      "Validate, and choose the parameters of baselines, on so many users, drawn by the dataset's seed: for large catalogues; test ranks all",
    unit: "users",
  }),
  patience: setting(z.int().min(1).nullable().default(5), {
    flag: "patience",
    fitsLog: true,
    meaning: "Epochs in a row without a better validation value before training stops; none trains every epoch",
    unit: "epochs",
  }),
});

const checkpointSettings = z.object({
  everyEpochs: setting(z.int().min(1).default(1), {
    flag: "checkpoint-every-epochs",
    heading: "Records and checkpoints",
    meaning: "Epochs between checkpoints to resume from; results do not depend on it",
    unit: "epochs",
  }),
  everySteps: setting(z.int().min(1).nullable().default(null), {
    flag: "checkpoint-every-steps",
    meaning: "Checkpoints within an epoch too, this many steps apart; results do not depend on it",
    unit: "steps",
  }),
});

const trainSettings = z.object({
  dataset: trainSetting(z.string().min(1).default("sample"), {
    flag: "dataset",
    heading: "Data",
    names: "dataset",
    meaning: datasetMeaning,
    role: "controlled",
  }),
  dataRoot: withRole(dataRoot, "operational"),
  modelsRoot: withRole(modelsRoot, "operational"),
  model: trainSetting(z.enum(["mf", "gmf", "mlp", "neumf"]).default("neumf"), {
    flag: "model",
    fitsLog: true,
    heading: "Ranker",
    meaning: "Ranker: dot product with biases, generalised matrix factorisation, tower, or GMF and tower together",
    role: "controlled",
  }),
  ranker: withRole(rankerSettings.prefault({}), "variable"),
  ...featuresSettings,
  initialize: withRole(initializeSettings.prefault({}), "variable"),
  ...featuresSettings,
  ...lossSettings,
  embeddingDecay: trainSetting(z.number().min(0).default(0), {
    flag: "embedding-decay",
    fitsLog: true,
    meaning:
      "L2 on the embeddings that each sample looks up, so that rows decay as often as they are seen; with any optimizer, refused with LAWN",
    role: "variable",
  }),
  optimizer: withRole(optimizerSettings.prefault({}), "variable"),
  schedule: withRole(scheduleSettings.prefault({}), "variable"),
  lawn: withRole(lawnSettings.prefault({}), "variable"),
  batchSize: trainSetting(z.int().min(1).default(1024), {
    flag: "batch-size",
    fitsLog: true,
    heading: "Length of training",
    meaning: "Samples a step: positives and negatives under bce, positives with their negatives under the others",
    unit: "samples",
    role: "controlled",
  }),
  epochs: trainSetting(z.int().min(1).default(20), {
    flag: "epochs",
    fitsLog: true,
    meaning: "Passes over the training interactions, at most",
    unit: "epochs",
    role: "controlled",
  }),
  ...planningSettings,
  seed: trainSetting(z.int().min(0).default(1), {
    flag: "seed",
    meaning: "Decides initial values, negatives and shuffling, and nothing else does",
    role: "controlled",
  }),
  start: withRole(startSettings.prefault({}), "controlled"),
  engine: trainSetting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning: "What computes; auto takes the fastest that runs here and says which",
    role: "controlled",
  }),
  threads: withRole(threads, "operational"),
  tfjsBackend: withRole(tfjsBackend, "controlled"),
  allowSoftwareAdapter: withRole(allowSoftwareAdapter, "controlled"),
  halfPrecision: trainSetting(z.boolean().default(false), {
    flag: "half-precision",
    meaning:
      "Dense layers of the webgpu engine multiply float16 values in training steps; an error where the GPU cannot; refused by other engines",
    role: "controlled",
  }),
  validation: withRole(validationSettings.prefault({}), "controlled"),
  candidates: trainSetting(candidatesType, {
    flag: "candidates",
    meaning:
      "What held-out items are ranked against: the dataset's frozen candidates, or the catalogue without seen items; frozen ones unless given, if the dataset has any",
    role: "protocol",
  }),
  diagnostics: trainSetting(z.boolean().default(true), {
    flag: "diagnostics",
    heading: "Records and checkpoints",
    off: "No diagnostics in training.jsonl, which makes epochs of small logs shorter",
    meaning: "Logit, norm and gradient diagnostics in training.jsonl, once an epoch",
    role: "operational",
  }),
  tensorboard: trainSetting(z.boolean().default(false), {
    flag: "tensorboard",
    meaning: "Write event files for TensorBoard into <run>/tensorboard: scalars, and histograms of logits and norms",
    role: "operational",
  }),
  baselines: baselinesBeside,
  k: trainSetting(cutsType, {
    flag: "k",
    heading: "Validation and test",
    meaning: "Cuts of the test metrics, such as 10,20",
    role: "controlled",
  }),
  checkpoint: withRole(checkpointSettings.prefault({}), "operational"),
  saveOptimizer,
  refit: trainSetting(z.union([z.boolean(), z.literal("all")]).default(false), {
    flag: "refit",
    heading: "Length of training",
    expects: "all, or nothing",
    meaning:
      "Then train anew on train and validation for the epochs that validation chose, and report that ranker; with all, on train, validation and test after the one before was reported, so that no figure is of the ranker that is shipped",
    role: "controlled",
  }),
  run: trainSetting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Name of the run under the models folder, or its path; made from the settings unless given",
    role: "operational",
  }),
  resume: trainSetting(z.boolean().default(false), {
    flag: "resume",
    meaning: "Go on with an unfinished run, bit for bit",
    role: "operational",
  }),
  force: trainSetting(z.boolean().default(false), {
    flag: "force",
    meaning: "Train anew even if the run exists; replaces its files",
    role: "operational",
  }),
});

const contradictionsOf = (config: z.output<typeof trainSettings>) => [
  ...optimizerContradictions(config),
  ...lossContradictions(config),
  ...planningContradictions(config),
  ...startContradictions(config),
];

export const trainSchema = trainSettings
  .superRefine((config, context) => {
    for (const { path, message } of contradictionsOf(config)) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
    const { name } = config.optimizer;
    if (config.embeddingDecay > 0 && hasLawn(name)) {
      context.addIssue({
        code: "custom",
        path: ["embeddingDecay"],
        message: `LAWN takes the place of decay; leave it out or choose --optimizer ${baseOf(name)}`,
      });
    }
    if (config.resume && config.force) {
      context.addIssue({
        code: "custom",
        path: ["resume"],
        message: "--force starts anew and --resume goes on; give one of them",
      });
    }
  })
  .transform(({ optimizer, schedule, lawn, start, ...settings }) => ({
    ...settings,
    ...completeStart(start),
    ...completeLoss(settings),
    ...completeOptimizer({ optimizer, schedule, lawn }),
  }));

/**
 * Complete: every default filled in. `lawn` is absent where the optimizer does not use it, `start` where training
 * begins with initial values.
 */
export type TrainConfig = z.output<typeof trainSchema>;
/** As a program gives them: the block "train" of a config file, before defaults and checks. */
export type TrainSettings = z.input<typeof trainSchema>;

/** Every setting of `report`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { setting } from "../setting.ts";
import { dataRoot, datasetMeaning, engineType, modelsRoot, threads } from "../shared-settings.ts";

const reportSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Run to report on: its folder, or its name under models/<dataset>; the dataset's latest run unless given",
  }),
  study: setting(z.string().min(1).nullable().default(null), {
    flag: "study",
    names: "folder",
    meaning: "Study to report on in place of a run: its folder, or its name under models/studies",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    names: "dataset",
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  baselines: setting(z.array(z.string().min(1)).default([]), {
    flag: "baselines",
    heading: "Page",
    meaning:
      "Folders that evaluate --baseline ... --output FOLDER has written, to set beside the run; popularity and random stand there anyway",
  }),
  people: setting(z.int().min(0).default(10), {
    flag: "people",
    meaning: "Users whose recommendations are shown, spread over the tenths of user activity; 0 shows none",
    unit: "users",
  }),
  resamples: setting(z.int().min(100).default(2000), {
    flag: "resamples",
    meaning: "Of the bootstrap over users that gives the intervals",
  }),
  level: setting(z.number().gt(0).lt(1).default(0.95), {
    flag: "level",
    meaning: "Of the intervals",
  }),
  seed: setting(z.int().min(0).default(1), {
    flag: "seed",
    meaning: "Of the bootstrap, the random baseline and the choice of people",
  }),
  engine: setting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning: "What computes the run's scores; auto takes the fastest that runs here",
  }),
  threads,
  output: setting(z.string().min(1).nullable().default(null), {
    flag: "output",
    heading: "Output",
    names: "file",
    meaning: "File to write; report.html in the folder of the run or study unless given",
  }),
});

export const reportSchema = reportSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  const { run, study, dataset } = config;
  if (run === null && study === null && dataset === null) {
    refuse([], "nothing to report on; give --run RUN, --study DIR, or --dataset NAME for its latest run");
  }
  if (study === null) return;
  if (run !== null) refuse(["run"], "a report is of a run or of a study, give one of them");
  if (dataset !== null) refuse(["dataset"], "a study names its own datasets");
  if (config.baselines.length > 0) refuse(["baselines"], "only the report of a run has baselines beside it");
});

export type ReportConfig = z.output<typeof reportSchema>;

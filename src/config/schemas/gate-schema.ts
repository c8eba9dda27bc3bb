/** Every setting of `gate`, once: type, default, range and meaning. */
import { z } from "zod";
import { defaultMetric, metricType, metricWords } from "../metric-names.ts";
import { setting } from "../setting.ts";
import {
  allowSoftwareAdapter,
  candidatesType,
  dataRoot,
  datasetMeaning,
  engineType,
  modelsRoot,
  tfjsBackend,
  threads,
} from "../shared-settings.ts";

const gateSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Run that is to be used: its folder, or its name under models/<dataset>; the latest run unless given",
  }),
  against: setting(z.string().min(1).nullable().default("current"), {
    flag: "against",
    names: "run",
    meaning: "Run that is in use, also of other data; none compares with nothing and promotes",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    names: "dataset",
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  metric: setting(metricType.default(defaultMetric), {
    flag: "metric",
    heading: "Validation and test",
    expects: metricWords,
    meaning: "What is compared, user by user",
  }),
  margin: setting(z.number().min(0).default(0.002), {
    flag: "margin",
    meaning: "By how much the run may be worse",
  }),
  strict: setting(z.boolean().default(false), {
    flag: "strict",
    meaning:
      "Promote only what is shown to be no worse than the margin allows, by the whole interval of the difference, which takes many users; unless given, keep only what is shown to be worse",
  }),
  split: setting(z.enum(["test", "validation"]).default("test"), {
    flag: "split",
    meaning: "Whose held-out items are ranked",
  }),
  candidates: setting(candidatesType, {
    flag: "candidates",
    meaning:
      "What they are ranked against: the dataset's frozen candidates, or the catalogue without seen items; frozen ones unless given, if the dataset has any",
  }),
  promote: setting(z.boolean().default(false), {
    flag: "promote",
    heading: "Output",
    meaning: "Where the verdict is promote, point models/<dataset>/current at the run",
  }),
  keep: setting(z.int().min(1).nullable().default(null), {
    flag: "keep",
    meaning:
      "After a promotion, remove runs that came through this gate but the last so many that were promoted, and what was kept out since; all stay unless given",
    unit: "runs",
  }),
  rollback: setting(z.boolean().default(false), {
    flag: "rollback",
    meaning: "Point current back at the run before it, and compare nothing; needs --dataset",
  }),
  engine: setting(engineType, {
    flag: "engine",
    heading: "Engine",
    meaning: "What computes the scores; auto takes the fastest that runs here",
  }),
  threads,
  tfjsBackend,
  allowSoftwareAdapter,
});

export const gateSchema = gateSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  const { run, dataset, rollback, promote, keep } = config;
  if (run === null && dataset === null) {
    refuse([], "nothing to decide about; give --run RUN, or --dataset NAME for its latest run");
  }
  if (keep !== null && !promote) refuse(["keep"], "runs are removed after a promotion; give --promote too");
  if (!rollback) return;
  if (dataset === null) refuse(["rollback"], "give the --dataset whose current run is to go back");
  if (run !== null) refuse(["run"], "--rollback goes to the run that was current before; leave it out");
  if (promote) refuse(["promote"], "--rollback goes back and --promote goes on; give one of them");
  const usual = gateSettings.parse({});
  for (const key of ["strict", "against", "metric", "margin", "split", "candidates"] as const) {
    if (config[key] !== usual[key]) refuse([key], "--rollback compares nothing; leave it out");
  }
});

export type GateConfig = z.output<typeof gateSchema>;
/** As a program gives them: the block "gate" of a config file, before defaults and checks. */
export type GateSettings = z.input<typeof gateSchema>;

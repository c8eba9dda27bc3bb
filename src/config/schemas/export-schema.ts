/** Every setting of `export`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { baselineParameterSettings, baselineRefusals, type FittedName, fittedNames } from "../baseline-settings.ts";
import { setting } from "../setting.ts";
import { dataRoot, datasetMeaning, modelsRoot } from "../shared-settings.ts";

export const exportFormats = ["onnx", "parquet", "arrow", "npy", "ann"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const ofVectors: readonly ExportFormat[] = ["parquet", "arrow", "npy", "ann"];
const ofItemWeights: readonly ExportFormat[] = ["parquet", "arrow"];

/** What can hold a baseline: vectors anything but ONNX; lists of similar items, of any length, tables alone. */
export const baselineFormats: Readonly<Record<FittedName, readonly ExportFormat[]>> = {
  popularity: ["parquet", "arrow", "npy"],
  "item-knn": ofItemWeights,
  ease: ofItemWeights,
  "pure-svd": ofVectors,
  ials: ofVectors,
};

/** What the settings of the index are where they are not given; null there means these. */
export const annDefaults = { connectivity: 32, expansionAdd: 256, expansionSearch: 256 } as const;

const annOnly = (type: z.ZodInt) => type.min(2).max(4096).nullable().default(null);

const exportSettings = z.object({
  run: setting(z.string().min(1).nullable().default(null), {
    flag: "run",
    heading: "Run",
    names: "run",
    meaning: "Run to export: its folder, or its name under models/<dataset>; the dataset's latest run unless given",
  }),
  baseline: setting(z.enum(fittedNames).nullable().default(null), {
    flag: "baseline",
    heading: "Baseline",
    meaning:
      "Baseline to export in place of a run, fitted on train: vectors, weights of similar items or counts; its parameters are chosen on validation unless given",
  }),
  ...baselineParameterSettings,
  seed: setting(z.int().min(0).nullable().default(null), {
    flag: "seed",
    meaning: "Of the baselines pure-svd and ials; the dataset's own unless given",
  }),
  dataset: setting(z.string().min(1).nullable().default(null), {
    flag: "dataset",
    heading: "Data",
    names: "dataset",
    meaning: `${datasetMeaning}; the one the run was trained on unless given`,
  }),
  dataRoot,
  modelsRoot,
  format: setting(z.array(z.enum(exportFormats)).min(1).default(["onnx"]), {
    flag: "format",
    heading: "Formats",
    meaning:
      "What is written: an ONNX model, the embedding tables as Parquet, Arrow or NPY, an index for nearest-neighbour search",
  }),
  output: setting(z.string().min(1).nullable().default(null), {
    flag: "output",
    heading: "Output",
    names: "folder",
    meaning:
      "Folder of the export, which replaces a former export there; <run>/export unless given, of a baseline <models-root>/baselines/<dataset>/export-<baseline>",
  }),
  onnxInlineBytes: setting(z.int().min(0).max(2_000_000_000).nullable().default(null), {
    flag: "onnx-inline-bytes",
    heading: "Formats",
    meaning:
      "With more bytes of tensors than this, those of 64 KiB and more go to model.onnx.data; none puts all inside up to what the format can hold, nearly 2 GiB",
    unit: "bytes",
  }),
  annConnectivity: setting(annOnly(z.int()), {
    flag: "ann-connectivity",
    heading: "Search index",
    meaning: `Neighbours that the index keeps of each item; none means ${annDefaults.connectivity}`,
  }),
  annExpansionAdd: setting(annOnly(z.int()), {
    flag: "ann-expansion-add",
    meaning: `Candidates looked at when an item is added to the index; none means ${annDefaults.expansionAdd}`,
  }),
  annExpansionSearch: setting(annOnly(z.int()), {
    flag: "ann-expansion-search",
    meaning: `Candidates looked at in a search, which decides recall and time; none means ${annDefaults.expansionSearch}`,
  }),
});

export const exportSchema = exportSettings.superRefine((config, context) => {
  const refuse = (path: readonly (keyof typeof config)[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  for (const [path, message] of baselineRefusals(config)) {
    context.addIssue({ code: "custom", path: [...path], message });
  }
  const held = config.baseline === null ? exportFormats : baselineFormats[config.baseline];
  const other = config.format.find((format) => !held.includes(format));
  if (other !== undefined) {
    refuse(["format"], `${other} cannot hold the baseline ${config.baseline}; give some of ${held.join(", ")}`);
  }
  if (config.run === null && config.baseline === null && config.dataset === null) {
    refuse([], "nothing to export; give --run RUN, or --dataset NAME for its latest run");
  }
  if (new Set(config.format).size < config.format.length) refuse(["format"], "expected each format once");
  const needs = { onnxInlineBytes: "onnx", annConnectivity: "ann", annExpansionAdd: "ann", annExpansionSearch: "ann" };
  for (const [name, format] of Object.entries(needs) as [keyof typeof needs, ExportFormat][]) {
    if (config[name] !== null && !config.format.includes(format))
      refuse([name], `only --format ${format} has a use for it`);
  }
});

export type ExportConfig = z.output<typeof exportSchema>;

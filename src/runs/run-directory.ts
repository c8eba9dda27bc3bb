/** models/<dataset>/<run>/: the names of its files, and how a run without a name is called. */
import { createHash } from "node:crypto";
import { isRecord } from "../config/is-record.ts";
import { resultPartOf } from "../config/train-facts.ts";

/** A row per evaluated user, of a run's own test and of every later evaluation. */
export function perUserFileName(split: "validation" | "test"): string {
  return `per-user-${split}.arrow`;
}

export const runFiles = {
  manifest: "manifest.json",
  config: "config.json",
  log: "training.jsonl",
  /** Parameters of the chosen epoch: the ranker that is scored, exported and served. */
  checkpoint: "checkpoint.safetensors",
  /** Of a ranker with features: the rows that the checkpoint's users and items are sums of. */
  rows: "rows.safetensors",
  /** Under --save-optimizer: the optimizer's state that goes with the parameters, of rows where there are any. */
  optimizer: "optimizer.safetensors",
  /** Of a refitted run: the same of the ranker that validation selected, on train alone. */
  selected: "selected.safetensors",
  selectedRows: "selected-rows.safetensors",
  selectedOptimizer: "selected-optimizer.safetensors",
  /** Everything an unfinished run needs to go on; gone when it is finished. */
  resume: "resume.safetensors",
  metrics: "metrics.json",
  perUser: perUserFileName("test"),
  /** What stands beside the run; absent under --baselines none. */
  baselines: "baselines.json",
  lock: "lock",
} as const;

/** Beside a run's own files: what it keeps of the dataset it was trained on, under the names it has there. */
export const keptDatasetFolder = "dataset";
export const keptDatasetFiles = ["users.arrow", "items.arrow", "dataset.json"] as const;
/** Of a dataset with features: what the rows of its rankers mean. */
export const keptFeaturesFile = "features.json";

/** Beside a run's own files: a folder for each question it was asked later. */
export const EVALUATIONS_FOLDER = "evaluations";

/** Beside the files of a run whose settings were searched: a record of each trial. */
export const TUNING_FOLDER = "tuning";

/** What the gate said of a run, beside its own files. */
export const GATE_FILE = "gate.json";

/** In the folder of an evaluation: what was measured, of what, and the hash of every file. */
export const EVALUATION_RECORD = "metrics.manifest.json";

/** What decides a run's result, of its resolved config. */
export function identityOf(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return resultPartOf(config);
}

/** The newest finished run of a dataset, beside its runs. */
export const latestLink = "latest";

/** The run in use, beside the others of its dataset, and the names of those it was before. */
export const currentLink = "current";
export const PROMOTED_FILE = "promoted.json";

/** sha256 of a value's JSON with sorted keys: the same settings in another order are the same settings. */
export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys(value)))
    .digest("hex");
}

/**
 * Such as "neumf-lawn-adam-b1024-s1-3f9a2c1e", or "...-tune12-60s-s1-..." where that is still to be planned: readable,
 * and different for different settings and data, so that tomorrow's run does not stand where today's does.
 */
export function defaultRunName(
  config: {
    readonly model: string;
    readonly optimizer: { readonly name: string };
    readonly batchSize: number;
    readonly seed: number;
    readonly tune?: number | undefined;
    readonly budget?: string | undefined;
  },
  hash: string,
): string {
  const { model, optimizer, batchSize, seed, tune, budget } = config;
  const planned = [tune === undefined ? [] : `tune${tune}`, budget ?? []].flat();
  const size = planned.length === 0 ? `b${batchSize}` : planned.join("-");
  return `${model}-${optimizer.name}-${size}-s${seed}-${hash.slice(0, 8)}`;
}

/** Dotted names of the settings in which two configs differ, with both values: "epochs: 3 there, 5 here". */
export function configDifferences(there: unknown, here: unknown, path = ""): readonly string[] {
  if (isRecord(there) && isRecord(here)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])].sort();
    return keys.flatMap((key) => configDifferences(there[key], here[key], path === "" ? key : `${path}.${key}`));
  }
  const [before, after] = [JSON.stringify(there) ?? "not set", JSON.stringify(here) ?? "not set"];
  return before === after ? [] : [`${path}: ${before} there, ${after} here`];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key])]),
  );
}

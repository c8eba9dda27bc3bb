/** models/<dataset>/<run>/ as values: what evaluate, score, report and export start from. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { sha256Of } from "../../src/files/file-content.ts";
import { readJson, readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { type Checkpoint, decodeCheckpoint } from "../../src/ranker/checkpoint.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { type Manifest, manifestSchema } from "../../src/runs/manifest.ts";
import { runFiles } from "../../src/runs/run-directory.ts";

/**
 * Of a refitted run there are two rankers: the one that is `shipped`, and the one that validation `selected`, which
 * has learnt from train alone. Of others both are the same.
 */
export type RankerOfRun = "shipped" | "selected";

export interface LoadedRun {
  readonly directory: string;
  /** manifest.json, parsed. */
  readonly manifest: Manifest;
  /** The resolved config of the train stage, as written to config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Of users and items, whatever they are sums of. */
  readonly spec: RankerSpec;
  /** Which of its rankers `parameters` are. */
  readonly ranker: RankerOfRun;
  /** The chosen epoch's parameters, float32. */
  readonly parameters: Parameters;
  /** Content hash of the dataset it was trained on; refuse others. */
  readonly datasetHash: string;
  readonly datasetName: string;
}

/** The manifest of a finished run. Throws DataError when the folder is no run, or its run was not finished. */
export async function readFinishedManifest(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  if (manifest === null) {
    throw new DataError(`${directory}: no ${runFiles.manifest}, so it is not a run; train one with: lawn-ranker train`);
  }
  if (manifest.status !== "done") {
    const state = manifest.status === "failed" ? `failed (${manifest.reason})` : "was not finished";
    throw new DataError(
      `${directory}: the run ${state}; go on with lawn-ranker train --resume, or train anew with --force`,
    );
  }
  return manifest;
}

/**
 * Throws DataError when the folder is missing, was not finished, or its checkpoint is truncated,
 * changed or of another model.
 */
export async function loadRun(directory: string, ranker: RankerOfRun = "shipped"): Promise<LoadedRun> {
  const manifest = await readFinishedManifest(directory);
  await verifyRunFile(directory, runFiles.config, manifest);
  const { spec, parameters } = await readRanker(directory, rankerFilesOf(manifest, ranker).parameters, manifest);
  return {
    directory,
    manifest,
    config: await readConfig(directory),
    ranker,
    spec,
    parameters,
    datasetHash: manifest.dataset.contentHash,
    datasetName: manifest.dataset.name,
  };
}

async function readRanker(directory: string, name: string, manifest: Manifest): Promise<Checkpoint> {
  const file = path.join(directory, name);
  const bytes = await readRunFile(file);
  const expected = manifest.files[name]?.sha256;
  const found = sha256Of(bytes);
  if (found !== expected) {
    // A better message first: decoding says where it is truncated or corrupted.
    decodeCheckpoint(bytes, file);
    throw new DataError(
      `${file}: its sha256 is ${found}, but ${runFiles.manifest} says ${expected}; it was changed after training`,
    );
  }
  return decodeCheckpoint(bytes, file);
}

/** Names of the files that hold a ranker of a run; rows it may not have, nor kept the optimizer's state. */
export function rankerFilesOf(
  { files }: Pick<Manifest, "files">,
  ranker: RankerOfRun,
): { readonly parameters: string; readonly rows: string; readonly optimizer: string } {
  const isApart = ranker === "selected" && runFiles.selected in files;
  return isApart
    ? { parameters: runFiles.selected, rows: runFiles.selectedRows, optimizer: runFiles.selectedOptimizer }
    : { parameters: runFiles.checkpoint, rows: runFiles.rows, optimizer: runFiles.optimizer };
}

/**
 * The tables as they were trained: of a run with features their rows, of which its users and items are sums; of others
 * the run's own. Throws DataError as loadRun.
 */
export async function tablesOfRun(run: LoadedRun): Promise<Pick<LoadedRun, "spec" | "parameters">> {
  const { directory, manifest, ranker } = run;
  const { rows } = rankerFilesOf(manifest, ranker);
  return rows in manifest.files ? readRanker(directory, rows, manifest) : run;
}

/**
 * The ranker of a run that may be measured: the one that is shipped, unless that has learnt from test too
 * (--refit all). Then it is the one before it, which test was reported of.
 */
export async function loadTestedRun(directory: string): Promise<LoadedRun> {
  const { outcome } = await readFinishedManifest(directory);
  return loadRun(directory, outcome?.refit === "all" ? "selected" : "shipped");
}

/** One line where that is not the shipped one; null elsewhere. */
export function testedText({ directory, manifest }: Pick<LoadedRun, "directory" | "manifest">): string | null {
  if (manifest.outcome?.refit !== "all") return null;
  return `${directory}: the ranker that is shipped was trained on test too (--refit all), so nothing can be measured of it; this is of the one before it, trained on train alone`;
}

/**
 * Negatives per positive of a run whose logits stand for a probability: bce's do, others only order. Null too where the
 * rows it was trained on have weights, of their own or by age: its logits then are of a mixture that is nobody's.
 */
export function trainedMixture(
  { config }: Pick<LoadedRun, "config">,
  { weights }: Pick<Interactions, "weights">,
): number | null {
  const isProbability = config.loss === "bce" && weights === null && (config.recencyPower ?? 0) === 0;
  return isProbability && typeof config.negatives === "number" ? config.negatives : null;
}

/** Throws DataError naming the first file of a finished run that is not as training left it. Reads them all. */
export async function verifyRun(directory: string, manifest: Manifest): Promise<void> {
  for (const name of Object.keys(manifest.files)) await verifyRunFile(directory, name, manifest);
}

async function verifyRunFile(directory: string, name: string, { files }: Manifest): Promise<void> {
  const file = path.join(directory, name);
  const bytes = await readRunFile(file);
  if (sha256Of(bytes) === files[name]?.sha256) return;
  throw new DataError(
    `${file}: not as ${runFiles.manifest} says (${files[name]?.bytes ?? "no"} bytes of another sha256); it was changed after training, so put it back or train anew with --force`,
  );
}

/** Null when the folder, or the file in it, is not there. Throws DataError for a damaged one. */
export async function readManifest(directory: string): Promise<Manifest | null> {
  const words = { what: "the manifest of a run", remedy: "put it back or train anew with --force" };
  return readSealedJsonIfThere(path.join(directory, runFiles.manifest), manifestSchema, words);
}

/** config.json as it was written. Throws DataError when it is missing or damaged. */
export async function readConfig(directory: string): Promise<Readonly<Record<string, unknown>>> {
  const words = { what: "the settings of a run", remedy: "the run cannot be trusted without it" };
  return readJson(path.join(directory, runFiles.config), z.record(z.string(), z.unknown()), words);
}

async function readRunFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === "ENOENT")
      throw new DataError(`${file} is missing; put it back or train anew with --force`);
    throw error;
  }
}

/**
 * What to do with a run directory: begin, go on, or leave it as finished. Every refusal says which flag would do what.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isPlanned } from "../../src/config/schemas/planning-settings.ts";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import {
  configDifferences,
  EVALUATIONS_FOLDER,
  GATE_FILE,
  identityOf,
  keptDatasetFolder,
  runFiles,
  TUNING_FOLDER,
} from "../../src/runs/run-directory.ts";
import { decodeResume, type ResumeFile } from "../../src/training/resume-checkpoint.ts";
import { readConfig, readManifest } from "../runs/stored-run.ts";
import { TENSORBOARD_FOLDER } from "./tensorboard-file.ts";

export interface RunRequest {
  readonly directory: string;
  /** Resolved, as config.json will hold it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly configHash: string;
  readonly datasetHash: string;
  /** sha256 of the ranker that training begins with; null for initial values. */
  readonly startHash: string | null;
  readonly choice: Pick<TrainConfig, "resume" | "force">;
}

export type RunDecision =
  | { readonly kind: "finished"; readonly manifest: Manifest }
  | { readonly kind: "begin" }
  /** `file` is null where the run ended before its first checkpoint; it then goes on from its beginning. */
  | { readonly kind: "resume"; readonly manifest: Manifest; readonly file: ResumeFile | null };

/** Changes nothing. Throws ConfigError where the run is not what was asked for, DataError where it is damaged. */
export async function decideRun(request: RunRequest): Promise<RunDecision> {
  const { directory, choice } = request;
  if (choice.force) return { kind: "begin" };
  const manifest = await readManifest(directory);
  if (manifest === null) {
    if (choice.resume)
      throw new ConfigError(`--resume: there is no run in ${directory}; leave --resume out to begin it`);
    return { kind: "begin" };
  }
  await refuseOtherRun(request, manifest);
  if (manifest.status === "done") return { kind: "finished", manifest };
  const isPlanning = manifest.planning?.settings === null; // nothing is trained yet: the same command goes on
  if (!choice.resume && !isPlanning) {
    const reason = manifest.reason === null ? "" : ` (${manifest.reason})`;
    throw new ConfigError(
      `${directory}: the run is unfinished${reason}; --resume goes on with it, --force begins anew`,
    );
  }
  return { kind: "resume", manifest, file: await readResume(directory) };
}

/** Removes what an earlier run left in the folder, its manifest first: without it the folder is no run. */
export async function clearRun(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { manifest, lock: _, ...others } = runFiles;
  const made = [
    "report.html",
    GATE_FILE,
    EVALUATIONS_FOLDER,
    "export",
    keptDatasetFolder,
    TENSORBOARD_FOLDER,
    TUNING_FOLDER,
  ];
  for (const name of [manifest, ...Object.values(others), ...made]) {
    await rm(path.join(directory, name), { force: true, recursive: true });
  }
}

async function refuseOtherRun(request: RunRequest, manifest: Manifest): Promise<void> {
  const { directory, config, configHash, datasetHash, startHash } = request;
  const differences: string[] = [];
  // A planned run is known by the settings that asked for it, and by those that came of it.
  if (manifest.configHash !== configHash && manifest.planning?.requestHash !== configHash) {
    const there = isPlanned(config) ? manifest.planning?.request : undefined;
    differences.push(...configDifferences(there ?? identityOf(await readConfig(directory)), identityOf(config)));
  }
  if (manifest.dataset.contentHash !== datasetHash) {
    differences.push(
      `dataset ${manifest.dataset.name}: content ${manifest.dataset.contentHash.slice(0, 12)} there, ${datasetHash.slice(0, 12)} here`,
    );
  }
  const started = manifest.start?.checkpoint ?? null;
  if (started !== startHash) {
    const nameOf = (hash: string | null): string => hash?.slice(0, 12) ?? "initial values";
    differences.push(`start: ${nameOf(started)} there, ${nameOf(startHash)} here`);
  }
  if (differences.length === 0) return;
  throw new ConfigError(
    [
      `${directory} holds another run; give the same settings and data, another --run, or --force to replace it. They differ in`,
      ...differences,
    ].join("\n"),
  );
}

async function readResume(directory: string): Promise<ResumeFile | null> {
  const file = path.join(directory, runFiles.resume);
  try {
    return decodeResume(await readFile(file), file);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

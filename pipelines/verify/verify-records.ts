/** What manifests record, as lists of files: of a dataset, and of any stage that writes a manifest.json. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { isAddress } from "../../src/config/address-text.ts";
import { parseJson } from "../../src/config/json-text.ts";
import type { VerifyConfig } from "../../src/config/schemas/verify-schema.ts";
import { DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { readTextIfThere } from "../../src/files/file-content.ts";
import type { RecordedFile } from "../../src/files/recorded-files.ts";
import { sealOf, sealProblem } from "../../src/files/sealed-text.ts";
import {
  EVALUATION_RECORD,
  EVALUATIONS_FOLDER,
  GATE_FILE,
  hashOf,
  identityOf,
  runFiles,
} from "../../src/runs/run-directory.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { DESCRIPTION_FILE } from "../dataset/dataset-files.ts";
import { type DatasetDescription, furtherFiles, readDescription } from "../dataset/stored-dataset.ts";
import { readConfig } from "../runs/stored-run.ts";

export interface RecordedContent {
  /** Such as "dataset" or the stage of the manifest. */
  readonly kind: string;
  readonly files: readonly RecordedFile[];
  /** Of the record itself, a line each. */
  readonly problems: readonly string[];
  /** Inputs in databases and object stores, which are not read again. */
  readonly elsewhere: number;
  /** Whether the record carries a hash of its own text; those of older programs do not. */
  readonly isSealed: boolean;
}

/** Names of records: of a dataset, of an evaluation, and of everything else. */
export const recordNames = ["manifest.json", DESCRIPTION_FILE, EVALUATION_RECORD];

const recorded = z.looseObject({ bytes: z.int().min(0).optional(), sha256: z.string() });
const dataset = z.looseObject({ name: z.string(), contentHash: z.string() });

/** What all manifests have in common; each stage's own schema says more. */
const manifestSchema = z.looseObject({
  stage: z.string(),
  status: z.string().optional(),
  files: z.record(z.string(), recorded).optional(),
  /** Of scores and shards of them, which are one file. */
  file: recorded.optional(),
  published: recorded.optional(),
  name: z.string().optional(),
  output: z.looseObject({ name: z.string() }).optional(),
  checkpoint: z.string().optional(),
  inputs: z.record(z.string(), recorded).optional(),
  dataset: dataset.optional(),
  datasets: z.array(dataset).optional(),
  configHash: z.string().optional(),
  run: z.unknown().optional(),
});
type AnyManifest = z.output<typeof manifestSchema>;

const sourcesSchema = z.looseObject({
  sources: z.array(z.looseObject({ path: z.string(), bytes: z.int(), sha256: z.string() })).default([]),
});

/** Outputs are the Arrow files, inputs the raw logs where ingest found them. */
export async function recordOfDataset(directory: string): Promise<RecordedContent> {
  const description = await readDescription(directory);
  const { sources } = sourcesSchema.parse(description);
  const text = await readTextIfThere(path.join(directory, DESCRIPTION_FILE));
  const isHere = ({ path: source }: { readonly path: string }): boolean => !isAddress(source);
  const here = sources.filter(isHere);
  return {
    kind: "dataset",
    files: [
      ...datasetFiles(directory, description, "output"),
      ...here.map(({ path: source, bytes, sha256 }) => ({ path: source, role: "input" as const, bytes, sha256 })),
    ],
    problems: [],
    elsewhere: sources.length - here.length,
    isSealed: text !== null && sealOf(text) !== "none",
  };
}

/** Throws DataError for a file that is no manifest. */
export async function recordOfManifest(file: string, config: VerifyConfig): Promise<RecordedContent> {
  const remedy = "give the folder of a run, a study, a dataset, an evaluation or an export, or a file of scores";
  const text = await readTextIfThere(file);
  if (text === null) throw new DataError(`${file}: is missing; ${remedy}`);
  const manifest = parseJson(text, manifestSchema, { where: file, what: "a manifest", remedy });
  const folder = path.dirname(file);
  const problems: string[] = [];
  const seal = sealProblem(file, text);
  if (seal !== null) problems.push(seal);
  const files: RecordedFile[] = Object.entries(outputsOf(manifest, file, remedy)).map(([name, content]) =>
    recordedFile(path.join(folder, name), "output", content),
  );
  for (const [name, content] of Object.entries(manifest.inputs ?? {})) {
    files.push(recordedFile(inputPath(name, { folder, manifest, config }), "input", content));
  }
  if (manifest.stage === "score" && manifest.checkpoint !== undefined && typeof manifest.run === "string") {
    files.push(recordedFile(path.join(manifest.run, runFiles.checkpoint), "input", { sha256: manifest.checkpoint }));
  }
  if (manifest.status !== undefined && manifest.status !== "done") {
    problems.push(`${file}: status is ${manifest.status}; a ${manifest.stage} records its files when it is done`);
  }
  if (manifest.stage === "train" && manifest.configHash !== undefined)
    problems.push(...(await configProblems(folder, manifest.configHash)));
  if (manifest.stage === "train") {
    const gate = path.join(folder, GATE_FILE);
    const problem = sealProblem(gate, (await readTextIfThere(gate)) ?? "");
    if (problem !== null) problems.push(problem);
    for (const { files: more, problems: found } of await evaluationsOf(folder, config)) {
      files.push(...more);
      problems.push(...found);
    }
  }
  if (manifest.stage === "compare") problems.push(...(await trialProblems(folder, files)));
  if (config.inputs) {
    for (const { name, contentHash } of manifest.datasets ??
      (manifest.dataset === undefined ? [] : [manifest.dataset])) {
      const found = await datasetRecord(path.join(config.dataRoot, name), contentHash);
      files.push(...found.files.filter((file) => !files.some((known) => known.path === file.path)));
      problems.push(...found.problems);
    }
  }
  return { kind: manifest.stage, files, problems, elsewhere: 0, isSealed: sealOf(text) !== "none" };
}

/** By their names from the manifest's folder. */
function outputsOf(manifest: AnyManifest, where: string, remedy: string): NonNullable<AnyManifest["files"]> {
  const name = manifest.output?.name ?? manifest.name;
  if (manifest.files !== undefined) return manifest.files;
  if (manifest.file !== undefined && name !== undefined) return { [name]: manifest.file };
  if (manifest.published !== undefined) return {}; // in a database
  throw new DataError(`${where}: not a manifest: files: there are none; ${remedy}`);
}

/** What was measured of a run later on lies in its folder, each with a record of its own. */
async function evaluationsOf(run: string, config: VerifyConfig): Promise<readonly RecordedContent[]> {
  const folder = path.join(run, EVALUATIONS_FOLDER);
  const found: RecordedContent[] = [];
  for (const name of (await namesIn(folder)).sort()) {
    const record = path.join(folder, name, EVALUATION_RECORD);
    if ((await readTextIfThere(record)) === null) continue;
    const { files, problems, ...rest } = await recordOfManifest(record, { ...config, inputs: false });
    found.push({ ...rest, files: files.filter(({ role }) => role === "output"), problems });
  }
  return found;
}

/** Trials that no manifest records yet: each carries a seal. */
async function trialProblems(study: string, known: readonly RecordedFile[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const name of (await namesIn(path.join(study, studyFiles.trialsFolder))).sort()) {
    const file = path.join(study, studyFiles.trialsFolder, name);
    if (!name.endsWith(".json") || known.some((recorded) => recorded.path === file)) continue;
    const problem = sealProblem(file, (await readTextIfThere(file)) ?? "");
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return [];
    throw error;
  });
}

function recordedFile(
  file: string,
  role: RecordedFile["role"],
  { bytes, sha256 }: z.output<typeof recorded>,
): RecordedFile {
  return { path: file, role, bytes: bytes ?? null, sha256 };
}

/**
 * "dataset/x" and "run/x" are files of the dataset and the run that the manifest names; other names
 * are paths from its folder.
 */
function inputPath(
  name: string,
  {
    folder,
    manifest,
    config,
  }: { readonly folder: string; readonly manifest: AnyManifest; readonly config: VerifyConfig },
): string {
  const [owner, ...rest] = name.split("/");
  const data = manifest.dataset?.name;
  if (data !== undefined && owner === "dataset") return path.join(config.dataRoot, data, ...rest);
  const run = z.object({ name: z.string() }).safeParse(manifest.run);
  if (data !== undefined && run.success && owner === "run") {
    return path.join(config.modelsRoot, data, run.data.name, ...rest);
  }
  return path.isAbsolute(name) ? name : path.join(folder, name);
}

async function datasetRecord(
  directory: string,
  contentHash: string,
): Promise<Pick<RecordedContent, "files" | "problems">> {
  try {
    const description = await readDescription(directory);
    if (description.contentHash === contentHash)
      return { files: datasetFiles(directory, description, "input"), problems: [] };
    const [found, wanted] = [description.contentHash, contentHash].map((hash) => hash.slice(0, 12));
    return { files: [], problems: [`input ${directory}: changed, its content is ${found}, recorded was ${wanted}`] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { files: [], problems: [`input ${error.message}`] };
  }
}

function datasetFiles(directory: string, description: DatasetDescription, role: RecordedFile["role"]): RecordedFile[] {
  const listed = [...Object.entries(description.files), ...furtherFiles(description)];
  return listed.map(([name, { bytes, sha256 }]) => ({ path: path.join(directory, name), role, bytes, sha256 }));
}

/** The settings must hash to what the manifest, the run's name and every later check go by. */
async function configProblems(folder: string, configHash: string): Promise<readonly string[]> {
  const file = path.join(folder, runFiles.config);
  try {
    const found = hashOf(identityOf(await readConfig(folder)));
    return found === configHash
      ? []
      : [`${file}: its settings hash to ${found.slice(0, 12)}, recorded was ${configHash.slice(0, 12)}`];
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return [error.message];
  }
}

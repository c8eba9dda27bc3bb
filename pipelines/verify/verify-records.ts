/** What manifests record, as lists of files: of a dataset, and of any stage that writes a manifest.json. */
import path from "node:path";
import { z } from "zod";
import type { VerifyConfig } from "../../src/config/schemas/verify-schema.ts";
import { DataError } from "../../src/errors.ts";
import { readJson } from "../../src/files/json-file.ts";
import type { RecordedFile } from "../../src/files/recorded-files.ts";
import { hashOf, identityOf, runFiles } from "../../src/runs/run-directory.ts";
import { type DatasetDescription, ITEM_INFO_FILE, readDescription } from "../dataset/stored-dataset.ts";
import { readConfig } from "../runs/stored-run.ts";

export interface RecordedContent {
  /** Such as "dataset" or the stage of the manifest. */
  readonly kind: string;
  readonly files: readonly RecordedFile[];
  /** Of the record itself, a line each. */
  readonly problems: readonly string[];
}

const recorded = z.looseObject({ bytes: z.int().min(0).optional(), sha256: z.string() });
const dataset = z.looseObject({ name: z.string(), contentHash: z.string() });

/** What all manifests have in common; each stage's own schema says more. */
const manifestSchema = z.looseObject({
  stage: z.string(),
  status: z.string().optional(),
  files: z.record(z.string(), recorded),
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
  return {
    kind: "dataset",
    files: [
      ...datasetFiles(directory, description, "output"),
      ...sources.map(({ path: source, bytes, sha256 }) => ({ path: source, role: "input" as const, bytes, sha256 })),
    ],
    problems: [],
  };
}

/** Throws DataError for a file that is no manifest. */
export async function recordOfManifest(file: string, config: VerifyConfig): Promise<RecordedContent> {
  const manifest = await readJson(file, manifestSchema, {
    what: "a manifest",
    remedy: "give the folder of a run, a study, a dataset or an export",
  });
  const folder = path.dirname(file);
  const datasets = manifest.datasets ?? (manifest.dataset === undefined ? [] : [manifest.dataset]);
  const problems: string[] = [];
  const files: RecordedFile[] = Object.entries(manifest.files).map(([name, content]) =>
    recordedFile(path.join(folder, name), "output", content),
  );
  for (const [name, content] of Object.entries(manifest.inputs ?? {})) {
    files.push(recordedFile(inputPath(name, { folder, manifest, config }), "input", content));
  }
  if (manifest.status !== undefined && manifest.status !== "done") {
    problems.push(`${file}: status is ${manifest.status}; a ${manifest.stage} that is not done records no files`);
  }
  if (manifest.stage === "train" && manifest.configHash !== undefined)
    problems.push(...(await configProblems(folder, manifest.configHash)));
  if (config.inputs) {
    for (const { name, contentHash } of datasets) {
      const found = await datasetRecord(path.join(config.dataRoot, name), contentHash);
      files.push(...found.files.filter((file) => !files.some((known) => known.path === file.path)));
      problems.push(...found.problems);
    }
  }
  return { kind: manifest.stage, files, problems };
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

async function datasetRecord(directory: string, contentHash: string): Promise<Omit<RecordedContent, "kind">> {
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

function datasetFiles(
  directory: string,
  { files, itemInfo }: DatasetDescription,
  role: RecordedFile["role"],
): RecordedFile[] {
  const listed = [...Object.entries(files), ...(itemInfo === undefined ? [] : [[ITEM_INFO_FILE, itemInfo] as const])];
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

/** The stage `export`: a trained run as files that need none of this project, with a model card and a manifest. */
import path from "node:path";
import { type ExportConfig, exportSchema } from "../../src/config/schemas/export-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { type ExportManifest, exportManifestText } from "../../src/export/export-manifest.ts";
import { foldVectors, isFoldable } from "../../src/export/folded-vectors.ts";
import { modelCard } from "../../src/export/model-card.ts";
import type { FileContent } from "../../src/files/file-content.ts";
import { writePieces } from "../../src/files/file-writer.ts";
import { hashOf, keptDatasetFolder, runFiles } from "../../src/runs/run-directory.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { holdsOutUsers } from "../dataset/held-out-users.ts";
import { type DatasetDescription, readDescription } from "../dataset/stored-dataset.ts";
import { readVocabulary } from "../dataset/vocabulary-files.ts";
import { describeDatasetOfRun, isOfRun } from "../runs/dataset-of-run.ts";
import { findRun } from "../runs/find-run.ts";
import { type DescribedData, readKeptDataset } from "../runs/kept-dataset.ts";
import { type LoadedRun, loadRun } from "../runs/stored-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { checkPairs } from "./check-pairs.ts";
import { type PreparedExport, prepareBaseline } from "./export-baseline.ts";
import { clearLeftovers, EXPORT_MANIFEST, formerExport, publishFolder, recordOf } from "./export-folder.ts";
import {
  type ExportedFile,
  type ExportParts,
  writeAnn,
  writeNpy,
  writeNpyVectors,
  writeOnnx,
  writeTables,
  writeVocabularies,
} from "./export-formats.ts";
import { modelCardFacts } from "./model-card-facts.ts";

export const exportStage: Stage<typeof exportSchema> = {
  name: "export",
  schema: exportSchema,
  run: exportRun,
};

async function exportRun(given: ExportConfig, context: StageContext): Promise<StageResult> {
  const config = { ...given, dataset: given.dataset === null ? null : await datasetNameOf(given.dataset) };
  const { folder, beginning, fill } =
    config.baseline === null
      ? await prepareRun(config, context)
      : await prepareBaseline(config.baseline, config, context);
  const target = path.normalize(folder);
  const former = await formerExport(target);
  if (former !== null && (await isSame(target, former, beginning))) {
    await clearLeftovers(target, context);
    return resultOf(target, former, "up-to-date");
  }
  let manifest: ExportManifest = { ...beginning, files: {} };
  await publishFolder(target, context, async (partial) => {
    manifest = await fill(partial);
    await writePieces(path.join(partial, EXPORT_MANIFEST), [Buffer.from(exportManifestText(manifest))]);
  });
  return resultOf(target, manifest, "done");
}

async function prepareRun(config: ExportConfig, context: StageContext): Promise<PreparedExport> {
  const run = await loadRun(await findRun(config, context));
  if (config.format.includes("ann") && !isFoldable(run.spec)) {
    throw new ConfigError(
      `--format ann: ${run.directory} has hidden layers, so its scores are no inner products; only mf, gmf and rankers with an empty tower can be searched so`,
    );
  }
  const { directory: datasetDirectory, description } = await dataOf(run, config, context);
  if (holdsOutUsers(description) && run.manifest.outcome?.refit !== "all") {
    throw new ConfigError(
      `${run.directory}: the users whom its dataset holds out were never trained, and would be exported as they were drawn; train with --refit all, which learns from everybody once test is reported`,
    );
  }
  const beginning = beginningOf(config, run, description, context);
  return {
    folder: config.output ?? path.join(run.directory, "export"),
    beginning,
    async fill(partial) {
      const vocabularies = [
        await readVocabulary(datasetDirectory, "user", description),
        await readVocabulary(datasetDirectory, "item", description),
      ];
      const vectors = isFoldable(run.spec) ? foldVectors(run.spec, run.parameters) : null;
      const { packageVersion } = context.environment;
      const parts = { folder: partial, config, run, datasetDirectory, vocabularies, vectors, packageVersion };
      return writeExport(parts, beginning, description, context);
    },
  };
}

/** The dataset, or what the run has kept of it where that is gone or another by now: a run is exported as it is. */
async function dataOf(run: LoadedRun, config: ExportConfig, { log }: StageContext): Promise<DescribedData> {
  const directory = path.join(config.dataRoot, config.dataset ?? run.datasetName);
  const kept = await readKeptDataset(run.directory);
  if (kept === null) return { directory, description: await describeDatasetOfRun(run, directory) };
  const description = await readDescription(directory).catch(() => null);
  if (description !== null && isOfRun(run, description)) return { directory, description };
  log(`${directory} is not what ${run.directory} was trained on, so the ids are those that the run has kept`);
  return kept;
}

type Beginning = Omit<ExportManifest, "files">;

/** What is known before anything is written: the same beginning gives the same files. */
function beginningOf(
  config: ExportConfig,
  run: LoadedRun,
  { files }: DatasetDescription,
  context: StageContext,
): Beginning {
  const { onnxInlineBytes, annConnectivity, annExpansionAdd, annExpansionSearch } = config;
  const record = ({ bytes, sha256 }: FileContent): FileContent => ({ bytes, sha256 });
  const ofRun = [runFiles.checkpoint, runFiles.config, runFiles.metrics, runFiles.perUser].flatMap((name) => {
    const found = run.manifest.files[name];
    return found === undefined ? [] : [[`run/${name}`, record(found)] as const];
  });
  // Those that every run keeps; of an older run, the dataset's own.
  const folder = `${keptDatasetFolder}/users.arrow` in run.manifest.files ? `run/${keptDatasetFolder}` : "dataset";
  const ofDataset = (["users.arrow", "items.arrow"] as const).map(
    (name) => [`${folder}/${name}`, record(files[name])] as const,
  );
  return {
    stage: "export",
    status: "done",
    formats: [...config.format].sort(),
    run: { name: run.manifest.run, configHash: run.manifest.configHash },
    dataset: { name: run.datasetName, contentHash: run.datasetHash },
    ranker: run.spec,
    settings: { onnxInlineBytes, annConnectivity, annExpansionAdd, annExpansionSearch },
    packageVersion: context.environment.packageVersion,
    gitCommit: context.environment.gitCommit,
    inputs: Object.fromEntries([...ofRun, ...ofDataset]),
  };
}

/** Made from the same inputs with the same settings by the same program, and every file still as it was written. */
async function isSame(
  folder: string,
  former: Readonly<Record<string, unknown>>,
  beginning: Beginning,
): Promise<boolean> {
  const keys = Object.keys(beginning);
  const there = Object.fromEntries(Object.entries(former).filter(([key]) => keys.includes(key)));
  if (hashOf(there) !== hashOf(beginning)) return false;
  for (const [name, record] of Object.entries(former.files ?? {})) {
    if (hashOf(await recordOf(path.join(folder, name))) !== hashOf(record)) return false;
  }
  return true;
}

async function writeExport(
  parts: ExportParts,
  beginning: Beginning,
  description: DatasetDescription,
  { signal, log }: StageContext,
): Promise<ExportManifest> {
  const { folder, run, vectors, config } = parts;
  const files: ExportedFile[] = await writeVocabularies(parts);
  let details: Pick<ExportManifest, "onnx" | "vectors" | "ann"> = {};
  const writesVectors = config.format.some((format) => format !== "onnx");
  if (vectors !== null && writesVectors) details = { vectors: { width: vectors.width } };
  for (const format of beginning.formats as ExportConfig["format"]) {
    signal.throwIfAborted();
    log(`${format} ...`);
    if (format === "onnx") {
      const { files: written, onnx } = await writeOnnx(parts);
      files.push(...written);
      if (onnx !== undefined) details = { ...details, onnx };
    } else if (format === "npy") files.push(...(await writeNpy(parts)));
    else if (format !== "ann") files.push(...(await writeTables(parts, format)));
    else if (vectors !== null) {
      const { file, ann } = await writeAnn(parts, vectors);
      files.push(file, ...(config.format.includes("npy") ? [] : await writeNpyVectors(parts)));
      details = { ...details, ann };
    }
  }
  files.push(
    await written(folder, "check-pairs.json", checkPairs(run, parts.vocabularies), "some pairs and their logits"),
  );
  const told = files.map(({ name, meaning }) => [name, meaning] as const);
  const card = modelCard(await modelCardFacts(run, description, told));
  files.push(await written(folder, "model-card.md", card, "this card"));
  const records = files.map(({ name, bytes, sha256 }) => [name, { bytes, sha256 }] as const);
  records.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...beginning, ...details, files: Object.fromEntries(records) };
}

async function written(folder: string, name: string, text: string, meaning: string): Promise<ExportedFile> {
  return { name, meaning, ...(await writePieces(path.join(folder, name), [Buffer.from(text)])) };
}

function resultOf(
  folder: string,
  manifest: Readonly<Record<string, unknown>> | ExportManifest,
  status: "done" | "up-to-date",
): StageResult {
  const { files, ann } = manifest as ExportManifest; // a former one was made by this very program
  const lines = [
    status === "done" ? folder : `${folder}: up to date: made of the same with the same settings`,
    ...Object.entries(files).map(([name, { bytes }]) => `  ${name.padEnd(24)} ${bytes} bytes`),
  ];
  if (ann !== undefined) {
    const { k, users, mean, least } = ann.recall;
    lines.push(
      `recall@${k} of the index against exact search: ${mean.toFixed(4)} over ${users} users, least ${least.toFixed(4)}`,
    );
  }
  return { json: { ...manifest, stage: "export", status, directory: folder }, text: lines.join("\n") };
}

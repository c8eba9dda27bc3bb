/** A baseline as files that need none of this project: its vectors, its lists of similar items, or its counts. */
import path from "node:path";
import type { BaselineForm, FittedBaseline } from "../../src/baselines/fitted-baseline.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { type FittedName, parametersText } from "../../src/config/baseline-settings.ts";
import type { ExportConfig } from "../../src/config/schemas/export-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import type { ExportManifest } from "../../src/export/export-manifest.ts";
import { encodeNpy } from "../../src/export/npy.ts";
import { writePieces } from "../../src/files/file-writer.ts";
import { fitted, keptFolder } from "../baselines/choose-parameters.ts";
import { algebraOf } from "../baselines/open-algebra.ts";
import { resolveParameters } from "../baselines/ready-baseline.ts";
import { hasProfiles } from "../dataset/held-out-users.ts";
import { type LoadedDataset, loadDataset } from "../dataset/stored-dataset.ts";
import { readVocabulary, type Vocabulary } from "../dataset/vocabulary-files.ts";
import { protocolOf } from "../measures/evaluate-split.ts";
import type { StageContext } from "../stage.ts";
import { checkScores } from "./check-pairs.ts";
import { type ExportedFile, writeAnn, writeNpyVectors, writeVocabularies } from "./export-formats.ts";
import { ITEM_WEIGHTS_KEPT, writeItemWeights } from "./item-weights-table.ts";
import { writeTable } from "./write-table.ts";

export interface PreparedExport {
  readonly folder: string;
  readonly beginning: Omit<ExportManifest, "files">;
  /** Fills an empty folder with everything but the manifest, which it returns. */
  fill(partial: string): Promise<ExportManifest>;
}

export async function prepareBaseline(
  name: FittedName,
  config: ExportConfig,
  context: StageContext,
): Promise<PreparedExport> {
  const directory = path.join(config.dataRoot, config.dataset!); // the schema has asked for it
  const dataset = await loadDataset(directory);
  if (hasProfiles(dataset) && (name === "pure-svd" || name === "ials")) {
    throw new ConfigError(
      `--baseline ${name}: dataset ${config.dataset} holds out users, who have no vectors on train; score --profiles folds them in, or ingest with another --split`,
    );
  }
  const settings = { ...config, engine: "auto", threads: null };
  const candidates = protocolOf(dataset, null);
  const memory = matrixMemory(context.freeMemoryBytes);
  const request = { settings, refit: false, ks: [10], candidates, usersSample: null, dataset, memory, context };
  const { parameters } = await resolveParameters(name, request);
  const { description } = dataset;
  const seed = config.seed ?? description.seed;
  const record = (file: "train.arrow" | "users.arrow" | "items.arrow") =>
    [`dataset/${file}`, { bytes: description.files[file].bytes, sha256: description.files[file].sha256 }] as const;
  const { annConnectivity, annExpansionAdd, annExpansionSearch } = config;
  const beginning = {
    stage: "export" as const,
    status: "done" as const,
    formats: [...config.format].sort(),
    baseline: {
      name,
      parameters,
      seed,
      fittedOn: ["train"],
      users: description.users,
      items: description.items,
    },
    dataset: { name: description.name, contentHash: description.contentHash },
    settings: { annConnectivity, annExpansionAdd, annExpansionSearch },
    packageVersion: context.environment.packageVersion,
    gitCommit: context.environment.gitCommit,
    inputs: Object.fromEntries((["train.arrow", "users.arrow", "items.arrow"] as const).map(record)),
  };
  const folder = config.output ?? path.join(keptFolder({ ...config, dataset }), `export-${name}`);
  return {
    folder,
    beginning,
    async fill(partial) {
      const { algebra } = await algebraOf(name, settings, context.log);
      const ready = await fitted(name, dataset.train, parameters, { seed, algebra, memory, context });
      return writeBaseline({ partial, config, ready, dataset, beginning, context });
    },
  };
}

interface Job {
  readonly partial: string;
  readonly config: ExportConfig;
  readonly ready: FittedBaseline;
  readonly dataset: LoadedDataset;
  readonly beginning: PreparedExport["beginning"];
  readonly context: StageContext;
}

async function writeBaseline(job: Job): Promise<ExportManifest> {
  const { partial: folder, config, ready, dataset, beginning, context } = job;
  const vocabularies = [
    await readVocabulary(dataset.directory, "user", dataset.description),
    await readVocabulary(dataset.directory, "item", dataset.description),
  ];
  const files: ExportedFile[] = await writeVocabularies({ folder, datasetDirectory: dataset.directory, vocabularies });
  const { form } = ready;
  let ann: ExportManifest["ann"];
  for (const format of config.format) {
    context.signal.throwIfAborted();
    context.log(`${format} ...`);
    if (format === "ann" && form.kind === "factors") {
      const written = await writeAnn({ folder, config }, form);
      files.push(
        written.file,
        ...(config.format.includes("npy") ? [] : await writeNpyVectors({ folder, vectors: form })),
      );
      ann = written.ann;
    } else if (format === "npy") files.push(...(await writeNpyForm(folder, form)));
    else if (format === "parquet" || format === "arrow") {
      files.push(...(await writeTablesOf(folder, form, vocabularies, format)));
    }
  }
  const text = async (name: string, content: string, meaning: string): Promise<ExportedFile> => {
    return { name, meaning, ...(await writePieces(path.join(folder, name), [Buffer.from(content)])) };
  };
  files.push(
    await text("check-pairs.json", await checkScores(ready.scorer, vocabularies), "some pairs and their scores"),
  );
  const card = baselineCard(beginning, files);
  files.push(await text("model-card.md", card, "this card"));
  const records = files.map(({ name, bytes, sha256 }) => [name, { bytes, sha256 }] as const);
  records.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...beginning,
    ...(form.kind === "factors" ? { vectors: { width: form.width } } : {}),
    ...(form.kind === "item-weights"
      ? { itemWeights: { perItem: form.width ?? ITEM_WEIGHTS_KEPT, isWhole: form.width !== null } }
      : {}),
    ...(ann === undefined ? {} : { ann }),
    files: Object.fromEntries(records),
  };
}

async function writeNpyForm(folder: string, form: BaselineForm): Promise<readonly ExportedFile[]> {
  if (form.kind === "factors") return writeNpyVectors({ folder, vectors: form });
  if (form.kind !== "counts") return []; // the schema refuses npy for the others
  const name = "item-counts.npy";
  const content = await writePieces(path.join(folder, name), encodeNpy(form.counts, [form.counts.length]));
  return [{ name, meaning: "train interactions of each item, by index", ...content }];
}

async function writeTablesOf(
  folder: string,
  form: BaselineForm,
  vocabularies: readonly Vocabulary[],
  format: "arrow" | "parquet",
): Promise<readonly ExportedFile[]> {
  if (form.kind === "item-weights") return [await writeItemWeights(folder, form, vocabularies[1]!, format)];
  const files: ExportedFile[] = [];
  for (const vocabulary of vocabularies) {
    const { kind } = vocabulary;
    if (form.kind === "factors") {
      const columns = [{ name: "vector", width: form.width, values: form[`${kind}s`] }];
      const meaning = "vectors whose inner products are the scores";
      files.push({ meaning, ...(await writeTable(folder, `${kind}-vectors.${format}`, vocabulary, columns)) });
    } else if (form.kind === "counts" && kind === "item") {
      const columns = [{ name: "score", width: undefined, values: form.counts }];
      const meaning = "train interactions of each item: everybody's scores";
      files.push({ meaning, ...(await writeTable(folder, `item-counts.${format}`, vocabulary, columns)) });
    }
  }
  return files;
}

function baselineCard({ baseline, dataset, packageVersion }: Job["beginning"], files: readonly ExportedFile[]): string {
  const { name, parameters, users, items } = baseline!; // this file has put it there
  const how = parametersText(parameters);
  return [
    `# Baseline ${name}`,
    `${name}${how === "" ? "" : ` (${how})`}, fitted by lawn-ranker ${packageVersion} on the train split of ${dataset.name} (content ${dataset.contentHash}): ${users} users, ${items} items.`,
    "A score orders the items of one user; it is no probability, and not comparable between users.",
    "## Files",
    files.map((file) => `- \`${file.name}\`: ${file.meaning}`).join("\n"),
    "",
  ].join("\n\n");
}

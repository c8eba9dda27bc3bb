/** The files of each export format, written into a folder: what they hold and under which names. */
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { annDefaults, type ExportConfig } from "../../src/config/schemas/export-schema.ts";
import { buildAnnIndex } from "../../src/export/ann-index.ts";
import { encodeOnnx, MOST_INLINE_BYTES } from "../../src/export/encode-onnx.ts";
import type { AnnRecord, ExportManifest } from "../../src/export/export-manifest.ts";
import type { FoldedVectors } from "../../src/export/folded-vectors.ts";
import { encodeNpy } from "../../src/export/npy.ts";
import { ONNX_IR_VERSION, ONNX_OPSET, onnxNames, rankerGraph } from "../../src/export/ranker-graph.ts";
import { exactSearch, recallOf } from "../../src/export/recall.ts";
import { contentOf, type FileContent } from "../../src/files/file-content.ts";
import { writePieces } from "../../src/files/file-writer.ts";
import { parametersOf } from "../../src/ranker/ranker-spec.ts";
import type { Vocabulary } from "../dataset/vocabulary-files.ts";
import type { LoadedRun } from "../runs/stored-run.ts";
import { writeTable } from "./write-table.ts";

export interface ExportedFile extends FileContent {
  readonly name: string;
  /** A few words for the model card. */
  readonly meaning: string;
}

export interface ExportParts {
  readonly folder: string;
  readonly config: ExportConfig;
  readonly run: LoadedRun;
  readonly datasetDirectory: string;
  readonly vocabularies: readonly Vocabulary[];
  /** Null for a ranker with hidden layers. */
  readonly vectors: FoldedVectors | null;
  readonly packageVersion: string;
}

/** The ids by index, as Arrow (as ingest wrote it) and as JSON, where ids are text so that no reader rounds them. */
export async function writeVocabularies(
  parts: Pick<ExportParts, "folder" | "datasetDirectory" | "vocabularies">,
): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [];
  for (const { kind, ids } of parts.vocabularies) {
    const arrow = `${kind}s.arrow`;
    await copyFile(path.join(parts.datasetDirectory, arrow), path.join(parts.folder, arrow));
    const content = await contentOf(path.join(parts.folder, arrow));
    files.push({ name: arrow, meaning: `${kind} index, id in the log, rows in train`, ...content });
    const text = `{"kind":"${kind}","ids":${JSON.stringify(Array.from(ids, String))}}\n`;
    files.push(await write(parts, `${kind}s.json`, [Buffer.from(text)], `${kind} ids by index, as text`));
  }
  return files;
}

export async function writeOnnx(parts: ExportParts): Promise<{ files: ExportedFile[]; onnx: ExportManifest["onnx"] }> {
  const { run, config, packageVersion } = parts;
  const { spec, parameters, manifest } = run;
  const metadata = {
    run: manifest.run,
    dataset: run.datasetName,
    datasetHash: run.datasetHash,
    configHash: manifest.configHash,
    users: String(spec.users),
    items: String(spec.items),
  };
  const dataFile = "model.onnx.data";
  const graph = rankerGraph({ spec, parameters, packageVersion, metadata });
  const encoded = encodeOnnx(graph, { dataFile, inlineBytes: config.onnxInlineBytes ?? MOST_INLINE_BYTES });
  const { users, items, logits } = onnxNames;
  const files = [
    await write(
      parts,
      "model.onnx",
      encoded.model,
      `ONNX, opset ${ONNX_OPSET}: ${users}, ${items} (int64 indices) in, ${logits} (float32) out`,
    ),
  ];
  if (encoded.data.length > 0)
    files.push(await write(parts, dataFile, encoded.data, "tables of model.onnx; keep it beside it"));
  const onnx = {
    opset: ONNX_OPSET,
    irVersion: ONNX_IR_VERSION,
    inputs: [users, items],
    output: logits,
    externalData: encoded.data.length > 0,
  };
  return { files, onnx };
}

/** Every tensor under its own name, and the folded vectors where there are some. */
export async function writeNpy(parts: ExportParts): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [];
  for (const { name, shape } of parametersOf(parts.run.spec)) {
    const values = tensorOf(parts.run, name);
    files.push(await write(parts, `${name}.npy`, encodeNpy(values, shape), `float32 [${shape.join(", ")}]`));
  }
  return [...files, ...(await writeNpyVectors(parts))];
}

/** Empty for a ranker without folded vectors. */
export async function writeNpyVectors(parts: Pick<ExportParts, "folder" | "vectors">): Promise<ExportedFile[]> {
  const { vectors } = parts;
  if (vectors === null) return [];
  const files: ExportedFile[] = [];
  for (const [kind, values] of [
    ["user", vectors.users],
    ["item", vectors.items],
  ] as const) {
    const pieces = encodeNpy(values, [values.length / vectors.width, vectors.width]);
    files.push(await write(parts, `${kind}-vectors.npy`, pieces, vectorMeaning));
  }
  return files;
}

const vectorMeaning = "vectors whose inner products are the logits";

/** Tables of users and of items, one row for each, with their ids; and the folded vectors where there are some. */
export async function writeTables(parts: ExportParts, format: "arrow" | "parquet"): Promise<ExportedFile[]> {
  const { run, vectors } = parts;
  const files: ExportedFile[] = [];
  for (const vocabulary of parts.vocabularies) {
    const { kind } = vocabulary;
    const tables = parametersOf(run.spec).filter(({ name }) => name.startsWith(kind));
    const embeddings = tables.map(({ name, shape }) => ({ name, width: shape[1], values: tensorOf(run, name) }));
    const meaning = `${kind} index, id, ${tables.map(({ name }) => name).join(", ")}`;
    files.push({
      meaning,
      ...(await writeTable(parts.folder, `${kind}-embeddings.${format}`, vocabulary, embeddings)),
    });
    if (vectors === null) continue;
    const folded = [{ name: "vector", width: vectors.width, values: vectors[`${kind}s`] }];
    files.push({
      meaning: vectorMeaning,
      ...(await writeTable(parts.folder, `${kind}-vectors.${format}`, vocabulary, folded)),
    });
  }
  return files;
}

const MEASURED_K = 100;
const MEASURED_USERS = 1000;

/** The index and, measured against exact search, what it finds. */
export async function writeAnn(
  { config, folder }: Pick<ExportParts, "config" | "folder">,
  vectors: FoldedVectors,
): Promise<{ file: ExportedFile; ann: AnnRecord }> {
  const connectivity = config.annConnectivity ?? annDefaults.connectivity;
  const expansionAdd = config.annExpansionAdd ?? annDefaults.expansionAdd;
  const expansionSearch = config.annExpansionSearch ?? annDefaults.expansionSearch;
  const index = await buildAnnIndex(vectors, { connectivity, expansionAdd, expansionSearch });
  const name = "item-vectors.usearch";
  index.save(path.join(folder, name));
  const { width } = vectors;
  const k = Math.min(MEASURED_K, vectors.items.length / width);
  const allUsers = vectors.users.length / width;
  const users = Math.min(MEASURED_USERS, allUsers);
  const recalls = Array.from({ length: users }, (_, nth) => {
    const user = Math.floor((nth * allUsers) / users);
    const vector = vectors.users.subarray(user * width, (user + 1) * width);
    return recallOf(index.search(vector, k), exactSearch(vector, vectors.items, k));
  });
  const mean = recalls.reduce((sum, recall) => sum + recall, 0) / users;
  const content = await contentOf(path.join(folder, name));
  return {
    file: { name, meaning: "usearch index of the item vectors, keys are item indices", ...content },
    ann: {
      library: "usearch",
      metric: "l2sq",
      dimensions: index.dimensions,
      connectivity,
      expansionAdd,
      expansionSearch,
      recall: { k, users, mean, least: Math.min(...recalls) },
    },
  };
}

async function write(
  { folder }: Pick<ExportParts, "folder">,
  name: string,
  pieces: Iterable<Uint8Array>,
  meaning: string,
): Promise<ExportedFile> {
  return { name, meaning, ...(await writePieces(path.join(folder, name), pieces)) };
}

function tensorOf({ parameters }: LoadedRun, name: string): Float32Array {
  const values = parameters.get(name)!; // decoding the checkpoint has checked that it is there
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

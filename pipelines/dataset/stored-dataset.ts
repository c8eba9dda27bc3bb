/** data/<dataset>/ as values: what every stage after ingest starts from. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readColumns } from "../../src/arrow/read-columns.ts";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { DataError, messageOf } from "../../src/errors.ts";
import { contentOf } from "../../src/files/file-content.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { rowFileRecord, sha256 } from "../../src/runs/file-record.ts";
import { readCandidates } from "./candidates-file.ts";

export interface LoadedDataset {
  /** Folder it was read from. */
  readonly directory: string;
  /** dataset.json, parsed. */
  readonly description: DatasetDescription;
  readonly train: Interactions;
  readonly validation: Interactions;
  readonly test: Interactions;
  /**
   * What users who are held out of training are known by, whose positives validation and test have. Empty but where
   * ingest held users out: held-out-users.ts.
   */
  readonly profiles: Interactions;
  /** Pairs in no split that are known all the same: no negatives, and not to be recommended. Empty in most datasets. */
  readonly known: Interactions;
  readonly candidatesValidation: EvaluationCandidates;
  readonly candidatesTest: EvaluationCandidates;
}

/** The Arrow files of every dataset, in the order their hashes enter the content hash. */
export const DATASET_FILES = [
  "train.arrow",
  "validation.arrow",
  "test.arrow",
  "candidates-validation.arrow",
  "candidates-test.arrow",
  "users.arrow",
  "items.arrow",
] as const;

export type DatasetFile = (typeof DATASET_FILES)[number];

/** Titles and features of items, where an items file was given: of no result, so not of the content hash. */
export const ITEM_INFO_FILE = "item-info.arrow";

/**
 * Pairs that cleaning left out: what a user is known to have met although no split has it. There only where there are
 * some, and then part of the content hash, since negatives and lists depend on it.
 */
export const KNOWN_FILE = "known.arrow";

/** What users who are held out of training are known by: after --split users alone, and then of the content hash. */
export const PROFILES_FILE = "profiles.arrow";

/** Written last by ingest: a folder without it was not finished. */
export const DESCRIPTION_FILE = "dataset.json";

const count = z.number().int().min(0);
const splitCounts = z.looseObject({ heldOutUsers: count.optional() }); // there after --split users

/** What later stages rely on; ingest writes more (counts of every cleaning step, sources, schema). */
const datasetDescriptionSchema = z.looseObject({
  name: z.string().min(1),
  users: count.min(1),
  items: count.min(1),
  /** What the log's ids are: whole numbers throughout, or text. */
  idType: z.looseObject({ user: z.enum(["integer", "string"]), item: z.enum(["integer", "string"]) }),
  interactions: z.looseObject({ train: count, validation: count, test: count }),
  /** `kind` such as "leave-last-out". */
  split: z.looseObject({ kind: z.string().min(1), counts: splitCounts.optional() }),
  /** For metrics.json, such as "1+99 candidates from ml-1m.test.negative"; "p+99" for several positives a user. */
  candidates: z.looseObject({ validation: z.string(), test: z.string() }),
  seed: count,
  /** Of the rows of train; absent where the log has no weights, and its files no column of them. */
  weights: z.looseObject({ least: z.number(), most: z.number(), mean: z.number() }).optional(),
  /** Of each Arrow file, so that a changed one can be named. */
  files: z.record(z.enum(DATASET_FILES), z.looseObject(rowFileRecord.shape)),
  /** Of KNOWN_FILE; absent where there is none. */
  known: z.looseObject(rowFileRecord.shape).optional(),
  /** Of PROFILES_FILE; absent where no users are held out. */
  profiles: z.looseObject(rowFileRecord.shape).optional(),
  /** Of ITEM_INFO_FILE; absent without an items file. */
  itemInfo: z.looseObject(rowFileRecord.shape).optional(),
  /** contentHash of `files`, `known` and `profiles`; names the data in manifests. */
  contentHash: sha256,
});

export type DatasetDescription = Readonly<z.output<typeof datasetDescriptionSchema>>;

type Hashed = { readonly sha256: string };

/**
 * sha256 over "name sha256" lines, one per Arrow file in the order of DATASET_FILES, then KNOWN_FILE and PROFILES_FILE
 * if they are there.
 */
export function contentHash(
  files: Readonly<Record<DatasetFile, Hashed>>,
  { known, profiles }: { readonly known: Hashed | undefined; readonly profiles: Hashed | undefined },
): string {
  const digest = createHash("sha256");
  for (const name of DATASET_FILES) digest.update(`${name} ${files[name].sha256}\n`);
  if (known !== undefined) digest.update(`${KNOWN_FILE} ${known.sha256}\n`);
  if (profiles !== undefined) digest.update(`${PROFILES_FILE} ${profiles.sha256}\n`);
  return digest.digest("hex");
}

/** Throws DataError when the folder is missing, was not finished, or does not hold together. */
export async function loadDataset(directory: string): Promise<LoadedDataset> {
  const description = await readDescription(directory);
  const { interactions } = description;
  // About a second a gigabyte; a damaged file is named before anybody reads rubbish from it.
  await verifyFiles(directory, description, DATASET_FILES);
  return {
    directory,
    description,
    train: await readInteractions(directory, "train.arrow", description, interactions.train),
    validation: await readInteractions(directory, "validation.arrow", description, interactions.validation),
    test: await readInteractions(directory, "test.arrow", description, interactions.test),
    profiles: await readProfiles(directory, description),
    known: await readKnown(directory, description),
    candidatesValidation: await readCandidates(
      join(directory, "candidates-validation.arrow"),
      "validation",
      description,
    ),
    candidatesTest: await readCandidates(join(directory, "candidates-test.arrow"), "test", description),
  };
}

/** Hashes the named files; throws DataError naming the first one that is not what ingest wrote. */
export async function verifyFiles(
  directory: string,
  description: DatasetDescription,
  names: readonly DatasetFile[],
): Promise<void> {
  for (const name of names) await checkFileOf(directory, name, description.files[name]);
}

/** Throws DataError where a file of the dataset is not what ingest wrote. */
export async function checkFileOf(
  directory: string,
  name: string,
  { bytes, sha256: expected }: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const path = join(directory, name);
  const size = (await stat(path).catch(() => null))?.size;
  if (size !== undefined && size !== bytes) {
    throw new DataError(`${path}: has ${size} bytes, but ingest wrote ${bytes}; ingest the logs again`);
  }
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new DataError(`${path}: sha256 is ${found}, but ingest wrote ${expected}; ingest the logs again`);
  }
}

/** dataset.json alone: cheap, for stages that only need to know what the data is. Throws DataError. */
export async function readDescription(directory: string): Promise<DatasetDescription> {
  const path = join(directory, DESCRIPTION_FILE);
  const remedy = "ingest the logs again";
  const words = { what: "a dataset description", remedy };
  const description = await readSealedJsonIfThere(path, datasetDescriptionSchema, words);
  if (description === null) {
    const isFolder = (await stat(directory).catch(() => null)) !== null;
    throw new DataError(
      isFolder
        ? `${path}: is missing, so the folder is no dataset or its ingest did not finish; run lawn-ranker ingest`
        : `${directory}: there is no such dataset folder; make it with: lawn-ranker ingest, or say with --data-root where datasets are`,
    );
  }
  const { known, profiles } = description;
  if (contentHash(description.files, { known, profiles }) !== description.contentHash) {
    throw new DataError(`${path}: contentHash does not match the sha256 of its files; ${remedy}`);
  }
  return description;
}

/** Pairs without weights, none where there is no KNOWN_FILE. Throws DataError where it is not what ingest wrote. */
export async function readKnown(directory: string, description: DatasetDescription): Promise<Interactions> {
  const { known } = description;
  if (known === undefined) return noInteractions({ ...description, weights: undefined });
  await checkFileOf(directory, KNOWN_FILE, known);
  return readInteractions(directory, KNOWN_FILE, { ...description, weights: undefined }, known.rows);
}

/** None where there is no PROFILES_FILE. Throws DataError where it is not what ingest wrote. */
export async function readProfiles(directory: string, description: DatasetDescription): Promise<Interactions> {
  const { profiles } = description;
  if (profiles === undefined) return noInteractions(description);
  await checkFileOf(directory, PROFILES_FILE, profiles);
  return readInteractions(directory, PROFILES_FILE, description, profiles.rows);
}

function noInteractions({ users, items, weights }: DatasetDescription): Interactions {
  const none = new Uint32Array(0);
  const noWeights = weights === undefined ? null : new Float32Array(0);
  return { users, items, userColumn: none, itemColumn: none, weights: noWeights, length: 0 };
}

/** user, item, and weight where there is one, of one Arrow file, whose hash is not checked here. */
export async function readInteractions(
  directory: string,
  name: DatasetFile | typeof KNOWN_FILE | typeof PROFILES_FILE,
  { users, items, weights }: DatasetDescription,
  expectedRows: number,
): Promise<Interactions> {
  const path = join(directory, name);
  const hasWeights = weights !== undefined;
  const columns = await readColumns(path, ["user", "item", ...(hasWeights ? ["weight"] : [])]);
  if (columns.rows !== expectedRows) {
    throw new DataError(
      `${path}: ${columns.rows} rows, but ${DESCRIPTION_FILE} says ${expectedRows}; ingest the logs again`,
    );
  }
  const interactions = {
    users,
    items,
    userColumn: columns.uint32("user"),
    itemColumn: columns.uint32("item"),
    weights: hasWeights ? columns.float32("weight") : null,
    length: columns.rows,
  };
  checkExtent(path, "user", interactions.userColumn, users);
  checkExtent(path, "item", interactions.itemColumn, items);
  const odd = interactions.weights?.findIndex((weight) => !(weight > 0 && Number.isFinite(weight))) ?? -1;
  if (odd >= 0) {
    throw new DataError(
      `${path}: row ${odd} has weight ${interactions.weights?.[odd]}, expected above 0; ingest the logs again`,
    );
  }
  return interactions;
}

function checkExtent(path: string, name: string, column: Uint32Array, extent: number): void {
  const row = column.findIndex((index) => index >= extent);
  if (row >= 0) throw new DataError(`${path}: row ${row} has ${name} index ${column[row]}, expected below ${extent}`);
}

async function sha256OfFile(path: string): Promise<string> {
  try {
    return (await contentOf(path)).sha256;
  } catch (error) {
    const reason = messageOf(error);
    throw new DataError(`${path}: cannot be read (${reason}); ingest the logs again`, { cause: error });
  }
}

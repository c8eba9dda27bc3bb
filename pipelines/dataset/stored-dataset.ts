/** data/<dataset>/ as values: what every stage after ingest starts from. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readColumns } from "../../src/arrow/read-columns.ts";
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { DataError, messageOf } from "../../src/errors.ts";
import { contentOf } from "../../src/files/file-content.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { fileRecord, rowFileRecord, sha256 } from "../../src/runs/file-record.ts";
import { readCandidates } from "./candidates-file.ts";
import { contentHash } from "./content-hash.ts";
import {
  DATASET_FILES,
  type DatasetFile,
  DESCRIPTION_FILE,
  FEATURE_FILES,
  FEATURES_FILE,
  ITEM_INFO_FILE,
  KNOWN_FILE,
  PROFILES_FILE,
} from "./dataset-files.ts";

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

const count = z.number().int().min(0);
/** After --split users, and --split items. */
const splitCounts = z.looseObject({ heldOutUsers: count.optional(), heldOutItems: count.optional() });

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
  /**
   * Items from this index on are held out of training, or the log has them not: they are no negatives. Absent where all
   * items may be.
   */
  trainedItems: count.min(1).optional(),
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
  /** Of FEATURES_FILE and of those of FEATURE_FILES that are there; absent without features. */
  features: z
    .looseObject({
      schema: z.looseObject(fileRecord.shape),
      users: z.looseObject(rowFileRecord.shape).optional(),
      items: z.looseObject(rowFileRecord.shape).optional(),
    })
    .optional(),
  /** contentHash of all these files but the items' titles; names the data in manifests. */
  contentHash: sha256,
});

export type DatasetDescription = Readonly<z.output<typeof datasetDescriptionSchema>>;

/** The files that this dataset has beside DATASET_FILES, with what is recorded of each. */
export function furtherFiles(
  description: DatasetDescription,
): readonly (readonly [string, { readonly bytes: number; readonly sha256: string }])[] {
  const { known, profiles, features, itemInfo } = description;
  const all = [
    [KNOWN_FILE, known],
    [PROFILES_FILE, profiles],
    [FEATURES_FILE, features?.schema],
    [FEATURE_FILES.users, features?.users],
    [FEATURE_FILES.items, features?.items],
    [ITEM_INFO_FILE, itemInfo],
  ] as const;
  return all.flatMap(([name, record]) => (record === undefined ? [] : [[name, record] as const]));
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
  if (contentHash(description.files, description) !== description.contentHash) {
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

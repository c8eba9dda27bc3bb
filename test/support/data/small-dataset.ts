/** A dataset small enough to rank by hand, in memory and as the folder that ingest would have left. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeCandidates } from "../../../pipelines/dataset/candidates-file.ts";
import { contentHash } from "../../../pipelines/dataset/content-hash.ts";
import {
  DATASET_FILES,
  DESCRIPTION_FILE,
  KNOWN_FILE,
  PROFILES_FILE,
} from "../../../pipelines/dataset/dataset-files.ts";
import type { LoadedDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import type { EvaluationCandidates } from "../../../src/dataset/evaluation-candidates.ts";
import type { Interactions } from "../../../src/dataset/interaction-dataset.ts";

type Pairs = readonly (readonly [user: number, item: number])[];

/**
 * 3 users, 6 items. Item counts in train: item 0 three, item 1 two, item 2 one, others none.
 * Validation holds item 3 of user 0 and item 2 of user 1; test holds item 1 of user 0 and item 4 of users 1 and 2.
 */
export function smallDataset(): Omit<LoadedDataset, "directory"> {
  const train = interactionsOf([
    [0, 0],
    [0, 2],
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ]);
  const validation = interactionsOf([
    [0, 3],
    [1, 2],
  ]);
  const test = interactionsOf([
    [0, 1],
    [1, 4],
    [2, 4],
  ]);
  return {
    description: {
      name: "small",
      users: 3,
      items: 6,
      idType: { user: "integer", item: "string" }, // as writeIds has them
      interactions: { train: train.length, validation: validation.length, test: test.length },
      split: { kind: "leave-last-out" },
      candidates: { validation: "1+2 sampled candidates", test: "1+3 candidates by hand" },
      seed: 11,
      files: emptyFiles(),
      contentHash: contentHash(emptyFiles(), { known: undefined, profiles: undefined }),
    },
    train,
    validation,
    test,
    profiles: interactionsOf([]),
    known: interactionsOf([]),
    candidatesValidation: candidatesOf("validation", [
      { user: 0, positive: 3, negatives: [4, 5] },
      { user: 1, positive: 2, negatives: [3, 5] },
    ]),
    candidatesTest: candidatesOf("test", [
      { user: 0, positive: 1, negatives: [3, 4, 5] },
      { user: 1, positive: 4, negatives: [2, 3, 5] },
      { user: 2, positive: 4, negatives: [2, 3, 5] },
    ]),
  };
}

/** Writes `dataset` as a folder that loadDataset accepts; its content hash is that of the files written. */
export async function writeDatasetFolder(directory: string, dataset: Omit<LoadedDataset, "directory">): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { description } = dataset;
  const inFolder = (name: string) => path.join(directory, name);
  const files = {
    "train.arrow": await writeInteractions(inFolder("train.arrow"), dataset.train),
    "validation.arrow": await writeInteractions(inFolder("validation.arrow"), dataset.validation),
    "test.arrow": await writeInteractions(inFolder("test.arrow"), dataset.test),
    "candidates-validation.arrow": await writeCandidates(
      inFolder("candidates-validation.arrow"),
      dataset.candidatesValidation,
    ),
    "candidates-test.arrow": await writeCandidates(inFolder("candidates-test.arrow"), dataset.candidatesTest),
    "users.arrow": await writeIds(inFolder("users.arrow"), "user", dataset.train.userColumn, description.users),
    "items.arrow": await writeIds(inFolder("items.arrow"), "item", dataset.train.itemColumn, description.items),
  };
  const known = dataset.known.length === 0 ? undefined : await writeInteractions(inFolder(KNOWN_FILE), dataset.known);
  const profiles =
    dataset.profiles.length === 0 ? undefined : await writeInteractions(inFolder(PROFILES_FILE), dataset.profiles);
  const written = { ...description, files, known, profiles, contentHash: contentHash(files, { known, profiles }) };
  await writeFile(inFolder(DESCRIPTION_FILE), JSON.stringify(written));
}

export function interactionsOf(pairs: Pairs, extents = { users: 3, items: 6 }): Interactions {
  return {
    ...extents,
    length: pairs.length,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
  };
}

/** The dataset with nobody to rank on validation. */
export function withoutValidationCases(dataset: Omit<LoadedDataset, "directory">): Omit<LoadedDataset, "directory"> {
  return { ...dataset, candidatesValidation: candidatesOf("validation", []) };
}

/** The dataset with a weight for each row of each file, as ingest would say so. */
export function withWeights<Dataset extends Omit<LoadedDataset, "directory">>(
  dataset: Dataset,
  weightOf: (row: number, part: "train" | "validation" | "test") => number,
): Dataset {
  const part = (name: "train" | "validation" | "test"): Interactions => ({
    ...dataset[name],
    weights: Float32Array.from({ length: dataset[name].length }, (_, row) => weightOf(row, name)),
  });
  return {
    ...dataset,
    description: { ...dataset.description, weights: { least: 1, most: 1, mean: 1 } }, // that there are some
    train: part("train"),
    validation: part("validation"),
    test: part("test"),
  };
}

function candidatesOf(
  split: EvaluationCandidates["split"],
  cases: readonly { readonly user: number; readonly positive: number; readonly negatives: readonly number[] }[],
): EvaluationCandidates {
  const perCase = cases[0]?.negatives.length ?? 0; // the same for every case here
  return {
    split,
    users: Uint32Array.from(cases, ({ user }) => user),
    positiveOffsets: Uint32Array.from({ length: cases.length + 1 }, (_, place) => place),
    positives: Uint32Array.from(cases, ({ positive }) => positive),
    negativeOffsets: Uint32Array.from({ length: cases.length + 1 }, (_, place) => place * perCase),
    negatives: Uint32Array.from(cases.flatMap(({ negatives }) => negatives)),
  };
}

async function writeInteractions(file: string, { userColumn, itemColumn, weights }: Interactions) {
  const writer = await openColumnWriter(file, [
    { name: "user", type: "uint32" },
    { name: "item", type: "uint32" },
    ...(weights === null ? [] : [{ name: "weight", type: "float32" } as const]),
  ]);
  await writer.append({ user: userColumn, item: itemColumn, ...(weights === null ? {} : { weight: weights }) });
  return writer.close();
}

/** Ids as ingest writes them: users whole numbers from 1000, items text. */
async function writeIds(file: string, name: "user" | "item", column: Uint32Array, count: number) {
  const writer = await openColumnWriter(file, [
    { name, type: "uint32" },
    { name: `${name}_id`, type: name === "user" ? "int64" : "utf8" },
    { name: "train_count", type: "uint32" },
  ]);
  const trainCounts = new Uint32Array(count);
  for (const index of column) trainCounts[index]!++;
  await writer.append({
    [name]: Uint32Array.from({ length: count }, (_, index) => index),
    [`${name}_id`]:
      name === "user"
        ? BigInt64Array.from({ length: count }, (_, index) => BigInt(1000 + index))
        : Array.from({ length: count }, (_, index) => `item-${index}`),
    train_count: trainCounts,
  });
  return writer.close();
}

function emptyFiles() {
  const empty = { rows: 0, bytes: 0, sha256: "0".repeat(64) };
  return Object.fromEntries(DATASET_FILES.map((name) => [name, empty])) as Record<
    (typeof DATASET_FILES)[number],
    typeof empty
  >; // fromEntries forgets the names it was given
}

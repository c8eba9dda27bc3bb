/** One hash that names the data of a dataset in manifests: of all files that a result depends on. */
import { createHash } from "node:crypto";
import {
  DATASET_FILES,
  type DatasetFile,
  FEATURE_FILES,
  FEATURES_FILE,
  KNOWN_FILE,
  PROFILES_FILE,
} from "./dataset-files.ts";

type Hashed = { readonly sha256: string };

/** Undefined of what the dataset has not. */
export interface FurtherContent {
  /** How many items may be negatives, where that is not all. */
  readonly trainedItems?: number | undefined;
  readonly known?: Hashed | undefined;
  readonly profiles?: Hashed | undefined;
  readonly features?:
    | { readonly schema: Hashed; readonly users?: Hashed | undefined; readonly items?: Hashed | undefined }
    | undefined;
}

/**
 * sha256 over "name sha256" lines, one per Arrow file in the order of DATASET_FILES, then those of the further files
 * that are there: known pairs, profiles, the schema of features, features of users, of items; at last the number of
 * items that may be negatives, where that is not all.
 */
export function contentHash(
  files: Readonly<Record<DatasetFile, Hashed>>,
  { trainedItems, known, profiles, features }: FurtherContent,
): string {
  const digest = createHash("sha256");
  const further = [
    [KNOWN_FILE, known],
    [PROFILES_FILE, profiles],
    [FEATURES_FILE, features?.schema],
    [FEATURE_FILES.users, features?.users],
    [FEATURE_FILES.items, features?.items],
  ] as const;
  for (const name of DATASET_FILES) digest.update(`${name} ${files[name].sha256}\n`);
  for (const [name, file] of further) if (file !== undefined) digest.update(`${name} ${file.sha256}\n`);
  if (trainedItems !== undefined) digest.update(`trained items ${trainedItems}\n`);
  return digest.digest("hex");
}

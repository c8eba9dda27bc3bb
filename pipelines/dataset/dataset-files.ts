/** The files of data/<dataset>/ by name, and which of them every dataset has. */

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

/**
 * What is known of users and of items as entries of sparse matrices, and what their rows mean: there only where ingest
 * was asked for features, and then of the content hash.
 */
export const FEATURE_FILES = { users: "user-features.arrow", items: "item-features.arrow" } as const;
export const FEATURES_FILE = "features.json";

/** Written last by ingest: a folder without it was not finished. */
export const DESCRIPTION_FILE = "dataset.json";

/** Of those that a dataset may have beside DATASET_FILES, all names. */
export const FURTHER_FILES: readonly string[] = [
  KNOWN_FILE,
  PROFILES_FILE,
  FEATURES_FILE,
  FEATURE_FILES.users,
  FEATURE_FILES.items,
  ITEM_INFO_FILE,
];

/** users.arrow and items.arrow as values: which id of the log each index stands for, and how often it stands in train. */
import { join } from "node:path";
import { readColumns } from "../src/arrow/read-columns.ts";
import { isRecord } from "../src/config/is-record.ts";
import { DataError } from "../src/errors.ts";
import { checkFileOf, type DatasetDescription } from "./dataset-files.ts";

export interface Vocabulary {
  readonly kind: "user" | "item";
  /** By index: whole numbers where every id of the log was one, text otherwise. */
  readonly ids: BigInt64Array | readonly string[];
  /** By index. */
  readonly trainCounts: Uint32Array;
}

/** Throws DataError where the file is not what ingest wrote, or holds no ids. */
export async function readVocabulary(
  directory: string,
  kind: "user" | "item",
  description: DatasetDescription,
): Promise<Vocabulary> {
  const name = `${kind}s.arrow` as const;
  await checkFileOf(directory, name, description.files[name]);
  const path = join(directory, name);
  const columns = await readColumns(path, [`${kind}_id`, "train_count"]);
  const expected = description[`${kind}s`];
  if (columns.rows !== expected) {
    throw new DataError(`${path}: ${columns.rows} rows, but dataset.json says ${expected}; ingest the logs again`);
  }
  const { idType } = description;
  const isInteger = isRecord(idType) && idType[kind] === "integer";
  const ids = isInteger ? columns.int64(`${kind}_id`) : columns.strings(`${kind}_id`);
  return { kind, ids, trainCounts: columns.uint32("train_count") };
}

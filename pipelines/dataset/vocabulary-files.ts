/**
 * users.arrow and items.arrow as values: which id of the log each index stands for, and how often it stands in train.
 */
import { join } from "node:path";
import { z } from "zod";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { DataError } from "../../src/errors.ts";
import type { IdSpelling } from "../../src/interactions/lookup/id-lists.ts";
import { openForwardRows } from "./forward-rows.ts";
import { checkFileOf, type DatasetDescription } from "./stored-dataset.ts";

/** Ids as the log has them: int64 where all are whole numbers, else text. */
export type IdValues = BigInt64Array | readonly string[];
export type IdColumnType = "int64" | "utf8";

export interface Vocabulary {
  readonly kind: "user" | "item";
  /** By index. */
  readonly ids: IdValues;
  /** Train interactions, by index. */
  readonly trainCounts: Uint32Array;
}

/** The whole of it in memory. Throws DataError where the file is not what ingest wrote. */
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
  const isInteger = idTypeOf(description, kind) === "int64";
  const ids = isInteger ? columns.int64(`${kind}_id`) : columns.strings(`${kind}_id`);
  return { kind, ids, trainCounts: columns.uint32("train_count") };
}

export function idTypeOf({ idType }: DatasetDescription, kind: "user" | "item"): IdColumnType {
  return idType[kind] === "integer" ? "int64" : "utf8";
}

const readingFacts = z.looseObject({
  settings: z.looseObject({ nullTexts: z.array(z.string()).default([]) }).optional(),
  formats: z
    .array(z.looseObject({ columns: z.looseObject({ user: z.string().nullish(), item: z.string().nullish() }) }))
    .default([]),
});

/** What a file without a header has in place of names. */
const UNNAMED = /^column\d+$/;

/** How lists of ids are to be read, so that they mean what the log's did. */
export function idSpellingOf(description: DatasetDescription): IdSpelling {
  const { user, item } = description.idType;
  const { settings, formats } = readingFacts.parse(description);
  const namesOf = (role: "user" | "item"): readonly string[] => {
    const names = formats.flatMap(({ columns }) => columns[role] ?? []);
    return [...new Set(names)].filter((name) => !UNNAMED.test(name));
  };
  // A dataset of before there were such texts has none.
  const nulls = settings?.nullTexts ?? [];
  return { nulls, types: { user, item }, columnNames: { user: namesOf("user"), item: namesOf("item") } };
}

/** The ids of users range after range, for jobs whose memory must not grow with them. */
export interface UserIds {
  /** Ids of the users [from, to). Ranges must ascend. */
  take(from: number, to: number): Promise<IdValues>;
  close(): Promise<void>;
}

export function openUserIds(directory: string, idType: IdColumnType): UserIds {
  const rows = openForwardRows(join(directory, "users.arrow"), ["user", "user_id"]);
  return {
    async take(from, to) {
      const slices = await rows.take(from, to);
      if (idType === "utf8") {
        return slices.flatMap((slice) => slice.batch.column("user_id", "utf8").slice(slice.from, slice.to));
      }
      const ids = new BigInt64Array(to - from);
      let at = 0;
      for (const slice of slices) {
        ids.set(slice.batch.column("user_id", "int64").subarray(slice.from, slice.to), at);
        at += slice.to - slice.from;
      }
      return ids;
    },
    close: () => rows.close(),
  };
}

/** The Arrow files of a dataset, from a split log. Memory stays within a record batch, whatever the rows. */
import { join } from "node:path";
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { type ColumnWriter, ROWS_PER_BATCH, type WrittenColumns, writeColumns } from "../../src/arrow/write-columns.ts";
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { IdType } from "../../src/interactions/reading/number-ids.ts";
import { GONE } from "../../src/interactions/splitting/renumber.ts";
import { SPLIT_PART } from "../../src/interactions/splitting/split.ts";
import { KNOWN_FILE, PROFILES_FILE } from "../dataset/dataset-files.ts";
import { chunksOfPart, type SplitView } from "./split-view.ts";

export interface WrittenFile extends WrittenColumns {
  readonly schema: ColumnSchema;
}

/** The rows of a part: user, item, and time, rating and weight where the log has them. */
export async function writeInteractions(
  directory: string,
  part: Exclude<keyof typeof SPLIT_PART, "none">,
  view: SplitView,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const { timesMs, ratings, weights } = view.log;
  const schema: ColumnSchema = [
    { name: "user", type: "uint32" },
    { name: "item", type: "uint32" },
    ...(timesMs === null ? [] : [{ name: "timestamp_ms", type: "int64" } as const]),
    ...(ratings === null ? [] : [{ name: "rating", type: "float32" } as const]),
    ...(weights === null ? [] : [{ name: "weight", type: "float32" } as const]),
  ];
  return written(join(directory, part === "profile" ? PROFILES_FILE : `${part}.arrow`), schema, async (append) => {
    for (const { length, rows, users, items } of chunksOfPart(view, SPLIT_PART[part], ROWS_PER_BATCH)) {
      signal.throwIfAborted();
      const picked = rows.subarray(0, length);
      await append({
        user: users.subarray(0, length),
        item: items.subarray(0, length),
        ...(timesMs === null ? {} : { timestamp_ms: int64Of(timesMs, picked) }),
        ...(ratings === null ? {} : { rating: Float32Array.from(picked, (row) => ratings[row]!) }),
        ...(weights === null ? {} : { weight: Float32Array.from(picked, (row) => weights[row]!) }),
      });
    }
  });
}

/** KNOWN_FILE: user and item, ascending; not written where nothing is known beside the splits, which null says. */
export async function writeKnown(directory: string, known: ItemsByUser): Promise<WrittenFile | null> {
  const { offsets, itemsSorted } = known;
  if (itemsSorted.length === 0) return null;
  const schema: ColumnSchema = [
    { name: "user", type: "uint32" },
    { name: "item", type: "uint32" },
  ];
  return written(join(directory, KNOWN_FILE), schema, async (append) => {
    let user = 0;
    for (let first = 0; first < itemsSorted.length; first += ROWS_PER_BATCH) {
      const item = itemsSorted.subarray(first, first + ROWS_PER_BATCH);
      const users = item.map((_, k) => {
        while (offsets[user + 1]! <= first + k) user++;
        return user;
      });
      await append({ user: users, item });
    }
  });
}

/** users.arrow or items.arrow: the dense index, the id it stands for, and its interactions in train. */
export async function writeVocabulary(
  directory: string,
  kind: "user" | "item",
  vocabulary: {
    readonly ids: AsyncIterable<readonly (string | bigint)[]>;
    readonly idType: IdType;
    /** By number in the log: the final index or GONE. */
    readonly index: Uint32Array;
    readonly trainCounts: Uint32Array;
  },
): Promise<WrittenFile> {
  const { ids, idType, index, trainCounts } = vocabulary;
  const schema: ColumnSchema = [
    { name: kind, type: "uint32" },
    { name: `${kind}_id`, type: idType === "integer" ? "int64" : "utf8" },
    { name: "train_count", type: "uint32" },
  ];
  return written(join(directory, `${kind}s.arrow`), schema, async (append) => {
    let first = 0;
    for await (const chunk of ids) {
      const present = chunk.filter((_, k) => index[first + k] !== GONE);
      const indices = index.subarray(first, first + chunk.length).filter((at) => at !== GONE);
      first += chunk.length;
      await append({
        [kind]: indices,
        [`${kind}_id`]: idType === "integer" ? BigInt64Array.from(present, BigInt) : present.map(String),
        train_count: indices.map((at) => trainCounts[at]!),
      });
    }
  });
}

async function written(
  path: string,
  schema: ColumnSchema,
  fill: (append: ColumnWriter["append"]) => Promise<void>,
): Promise<WrittenFile> {
  return { ...(await writeColumns(path, schema, fill)), schema };
}

function int64Of(timesMs: Float64Array, rows: Uint32Array): BigInt64Array {
  const out = new BigInt64Array(rows.length);
  for (let k = 0; k < rows.length; k++) out[k] = BigInt(timesMs[rows[k]!]!);
  return out;
}

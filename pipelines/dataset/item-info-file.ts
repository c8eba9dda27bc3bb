/** item-info.arrow: titles and features of a dataset's items, for people and for diversity. No ranker depends on it. */
import { join } from "node:path";
import type { ColumnSchema } from "../../src/arrow/column-schema.ts";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { type WrittenColumns, writeColumns } from "../../src/arrow/write-columns.ts";
import { DataError } from "../../src/errors.ts";
import type { ItemInfos } from "../../src/interactions/features/item-infos.ts";
import { GONE } from "../../src/interactions/splitting/renumber.ts";
import { ITEM_INFO_FILE } from "./dataset-files.ts";
import { checkFileOf, type LoadedDataset } from "./stored-dataset.ts";

export const ITEM_INFO_SCHEMA: ColumnSchema = [
  { name: "item", type: "uint32" },
  { name: "title", type: "utf8" },
  { name: "features", type: "utf8" },
];

const SEPARATOR = "|";

export interface WrittenItemInfo extends WrittenColumns {
  /** Items of the dataset that the items file has, and those of them with a feature. */
  readonly described: number;
  readonly withFeatures: number;
  /** Of the items file and the map of its ids: how many could not be read, and the first of them. */
  readonly badRows: number;
  readonly firstBadRows: ItemInfos["firstBadRows"];
}

/** A row per item of the dataset in ascending order; title and features are "" where the items file lacks the item. */
export async function writeItemInfo(
  directory: string,
  { byId, badRows, firstBadRows }: ItemInfos,
  vocabulary: {
    readonly ids: AsyncIterable<readonly (string | bigint)[]>;
    /** By number in the log: the final index or GONE. */
    readonly index: Uint32Array;
  },
): Promise<WrittenItemInfo> {
  let described = 0;
  let withFeatures = 0;
  const written = await writeColumns(join(directory, ITEM_INFO_FILE), ITEM_INFO_SCHEMA, async (append) => {
    let first = 0;
    for await (const chunk of vocabulary.ids) {
      const indices = vocabulary.index.subarray(first, first + chunk.length);
      first += chunk.length;
      const present = chunk.filter((_, k) => indices[k] !== GONE).map((id) => byId.get(String(id)));
      described += present.filter((item) => item !== undefined).length;
      withFeatures += present.filter((item) => (item?.features.length ?? 0) > 0).length;
      await append({
        item: indices.filter((at) => at !== GONE),
        title: present.map((item) => item?.title ?? ""),
        features: present.map((item) => item?.features.join(SEPARATOR) ?? ""),
      });
    }
  });
  return { ...written, described, withFeatures, badRows, firstBadRows };
}

/** By item index. */
export interface ItemInfoColumns {
  /** "" where unknown. */
  readonly titles: readonly string[];
  readonly features: readonly (readonly string[])[];
}

/**
 * Null where the dataset was ingested without an items file. Throws DataError for a file that is not what ingest wrote.
 */
export async function readItemInfo(
  dataset: Pick<LoadedDataset, "directory" | "description">,
): Promise<ItemInfoColumns | null> {
  const { directory, description } = dataset;
  if (description.itemInfo === undefined) return null;
  await checkFileOf(directory, ITEM_INFO_FILE, description.itemInfo);
  const path = join(directory, ITEM_INFO_FILE);
  const columns = await readColumns(path, ["title", "features"]);
  if (columns.rows !== description.items) {
    throw new DataError(
      `${path}: ${columns.rows} rows, but the dataset has ${description.items} items; ingest the logs again`,
    );
  }
  return {
    titles: columns.strings("title"),
    features: columns.strings("features").map((text) => (text === "" ? [] : text.split(SEPARATOR))),
  };
}

/** users.arrow and items.arrow as scoring needs them: item ids in memory, user ids range after range. */
import { join } from "node:path";
import { readColumns } from "../src/arrow/read-columns.ts";
import { streamOwnColumns } from "../src/arrow/stream-own-columns.ts";
import { openForwardRows } from "./forward-rows.ts";
import type { IdColumnType, IdValues } from "./recommendations.ts";

export interface ItemVocabulary {
  readonly ids: IdValues;
  readonly idType: IdColumnType;
  /** Train interactions of each item. */
  readonly trainCounts: Uint32Array;
}

export async function readItemVocabulary(directory: string): Promise<ItemVocabulary> {
  const columns = await readColumns(join(directory, "items.arrow"), ["item_id", "train_count"]);
  const idType = await idTypeOf(directory, "item");
  const ids = idType === "int64" ? columns.int64("item_id") : columns.strings("item_id");
  return { ids, idType, trainCounts: columns.uint32("train_count") };
}

/** Throws DataError where the file has no ids. */
export async function idTypeOf(directory: string, kind: "user" | "item"): Promise<IdColumnType> {
  for await (const batch of streamOwnColumns(join(directory, `${kind}s.arrow`), [`${kind}_id`])) {
    return batch.anyColumn(`${kind}_id`) instanceof BigInt64Array ? "int64" : "utf8";
  }
  return "utf8"; // a file without rows
}

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

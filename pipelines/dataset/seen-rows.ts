/** Which items the users of a range have taken, from the interaction files of a dataset, range after range. */
import { join } from "node:path";
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { KNOWN_FILE, PROFILES_FILE } from "./dataset-files.ts";
import { openForwardRows } from "./forward-rows.ts";
import type { DatasetDescription } from "./stored-dataset.ts";

export interface SeenRows {
  /** Of the users [from, to): user n of the result is user from + n. Ranges must ascend. */
  take(from: number, to: number): Promise<ItemsByUser>;
  close(): Promise<void>;
}

export type SeenFile = "train.arrow" | "validation.arrow" | "test.arrow" | typeof KNOWN_FILE | typeof PROFILES_FILE;

/** Where all stands that a user is known to have met. */
export function seenFiles({ known, profiles }: Pick<DatasetDescription, "known" | "profiles">): readonly SeenFile[] {
  return [
    ...(["train.arrow", "validation.arrow", "test.arrow"] as const),
    ...(known === undefined ? [] : ([KNOWN_FILE] as const)),
    ...(profiles === undefined ? [] : ([PROFILES_FILE] as const)),
  ];
}

/** Pairs from elsewhere, by index. */
export interface PairsOfUsers {
  /** Items of each of `users`, which ascend from call to call: items[offsets[n] .. offsets[n + 1]) ascending. */
  take(users: Uint32Array): Promise<{ readonly offsets: Uint32Array; readonly items: Uint32Array }>;
}

/** Items of all `files`, and of `others`, together. */
export function openSeenRows(
  directory: string,
  files: readonly SeenFile[],
  { items, others }: { readonly items: number; readonly others: PairsOfUsers | null },
): SeenRows {
  const sources = files.map((name) => openForwardRows(join(directory, name), ["user", "item"]));
  return {
    async take(from, to) {
      const parts: Interactions[] = [{ users: to - from, items, ...emptyColumns }];
      for (const source of sources) {
        for (const slice of await source.take(from, to)) {
          const userColumn = slice.batch
            .column("user", "uint32")
            .subarray(slice.from, slice.to)
            .map((user) => user - from);
          const itemColumn = slice.batch.column("item", "uint32").subarray(slice.from, slice.to);
          parts.push({ users: to - from, items, userColumn, itemColumn, weights: null, length: userColumn.length });
        }
      }
      if (others !== null) parts.push(await pairsOf(others, { from, to, items }));
      return groupItemsByUser(...parts);
    },
    close: async () => void (await Promise.all(sources.map((source) => source.close()))),
  };
}

async function pairsOf(
  pairs: PairsOfUsers,
  { from, to, items }: { readonly from: number; readonly to: number; readonly items: number },
): Promise<Interactions> {
  const { offsets, items: itemColumn } = await pairs.take(Uint32Array.from({ length: to - from }, (_, n) => from + n));
  const userColumn = new Uint32Array(itemColumn.length);
  for (let user = 0; user < to - from; user++) userColumn.fill(user, offsets[user], offsets[user + 1]);
  return { users: to - from, items, userColumn, itemColumn, weights: null, length: itemColumn.length };
}

const emptyColumns = { userColumn: new Uint32Array(0), itemColumn: new Uint32Array(0), weights: null, length: 0 };

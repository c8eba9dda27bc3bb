/** --similar: of which items the similar ones are listed, in the order of the dataset. */
import { createHash } from "node:crypto";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import type { IdSpelling } from "../../../src/interactions/lookup/id-lists.ts";
import type { Vocabulary } from "../../dataset/vocabulary-files.ts";
import { type BitSet, openBitSet } from "./bit-set.ts";
import { readIds } from "./item-lists.ts";
import { reportUnknown, type UserSelection } from "./user-selection.ts";

/**
 * By index, as of users. Items without an interaction that the ranker was trained on (`cold`) have no list: of all
 * items they are left out, of those in --items they are what --unknown says.
 */
export async function selectItems(
  config: Pick<ScoreConfig, "items" | "itemColumn" | "unknown">,
  { ids }: Vocabulary,
  how: { readonly cold: BitSet; readonly spelling: IdSpelling; readonly log: (line: string) => void },
  openDatabase: () => Promise<WorkDatabase>,
): Promise<UserSelection> {
  const { cold, spelling, log } = how;
  const { items: path, itemColumn, unknown } = config;
  const selected = openBitSet(ids.length, path === null);
  const rows = { asked: 0, repeated: 0, unknown: 0 };
  if (path !== null) {
    const columns = itemColumn === undefined ? {} : { item: itemColumn };
    const list = await readIds(await openDatabase(), "listed_items", { path, columns, weight: null, spelling });
    log(list.note);
    const indexOf = new Map(Array.from({ length: ids.length }, (_, index) => [String(ids[index]), index] as const));
    const lost = list.ids.filter((id) => !indexOf.has(id));
    if (lost.length > 0) reportUnknown("item", path, { count: lost.length, examples: lost }, { config, log });
    for (const id of list.ids) {
      const index = indexOf.get(id);
      if (index !== undefined) selected.add(index);
    }
    Object.assign(rows, { asked: list.rows, repeated: list.rows - list.ids.length, unknown: lost.length });
  }
  let untrained = 0;
  for (let item = 0; item < ids.length; item++) {
    if (!selected.has(item) || !cold.has(item)) continue;
    untrained++;
    selected.remove(item);
  }
  if (untrained > 0 && path !== null && unknown === "error") {
    throw new DataError(
      `${path}: ${untrained} of the items have no interaction that the run was trained on, so it knows nothing of them; --unknown skip leaves them out`,
    );
  }
  return {
    selected,
    known: selected.count(),
    unknown: 0,
    digest: createHash("sha256").update(selected.bytes).digest("hex"),
    counts: {
      askedRows: rows.asked,
      repeatedRows: rows.repeated,
      unknownUsers: 0,
      untrainedUsers: untrained,
      unknownItems: rows.unknown,
    },
  };
}

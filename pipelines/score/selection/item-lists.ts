/** --allow and --deny: which items may be recommended at all. */
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { WorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { type IdListFile, type IdSpelling, loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import type { Vocabulary } from "../../dataset/vocabulary-files.ts";
import { reportUnknown } from "./user-selection.ts";

export interface ItemLists {
  /** Ascending; null where every item may be. */
  readonly allowed: Uint32Array | null;
  /** Ids in the lists that the dataset lacks. */
  readonly unknownItems: number;
}

/** Throws ConfigError where nothing is left to recommend, DataError for unknown ids under --unknown error. */
export async function readItemLists(
  config: Pick<ScoreConfig, "allow" | "deny" | "unknown" | "itemColumn">,
  { ids }: Vocabulary,
  { spelling, log }: { readonly spelling: IdSpelling; readonly log: (line: string) => void },
  openDatabase: () => Promise<WorkDatabase>,
): Promise<ItemLists> {
  if (config.allow === null && config.deny === null) return { allowed: null, unknownItems: 0 };
  const indexOf = new Map(Array.from({ length: ids.length }, (_, index) => [String(ids[index]), index] as const));
  const isAllowed = new Uint8Array(ids.length).fill(config.allow === null ? 1 : 0);
  let unknownItems = 0;
  for (const [list, value] of [["allow", 1] as const, ["deny", 0] as const]) {
    const path = config[list];
    if (path === null) continue;
    const columns = config.itemColumn === undefined ? {} : { item: config.itemColumn };
    const { ids: listed, note } = await readIds(await openDatabase(), `listed_${list}`, {
      path,
      columns,
      weight: null,
      spelling,
    });
    log(note);
    const unknown = listed.filter((id) => !indexOf.has(id));
    if (unknown.length > 0) reportUnknown("item", path, { count: unknown.length, examples: unknown }, { config, log });
    unknownItems += unknown.length;
    for (const id of listed) {
      const index = indexOf.get(id);
      if (index !== undefined) isAllowed[index] = value;
    }
  }
  const allowed = Uint32Array.from(ids.keys()).filter((index) => isAllowed[index] === 1);
  if (allowed.length === 0) {
    throw new ConfigError("--allow and --deny leave no item of the dataset to recommend");
  }
  return { allowed, unknownItems };
}

/** Distinct ids of a list, ascending as texts, in a table of that name. */
export async function readIds(
  database: WorkDatabase,
  table: string,
  list: Omit<IdListFile, "roles">,
): Promise<{ readonly ids: readonly string[]; readonly rows: number; readonly note: string }> {
  const { note, rows } = await loadIdList(database, table, { ...list, roles: ["item"] });
  const ids: string[] = [];
  for await (const chunk of database.stream(`SELECT item_text FROM ${table} ORDER BY item_text`)) {
    ids.push(...chunk.getColumnValues(0).map(String));
  }
  return { ids, rows, note };
}

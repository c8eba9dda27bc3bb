/** Titles and features of items for people: reports, lists and the diversity of lists. No ranker looks at them. */
import type { WorkDatabase } from "../database/work-database.ts";
import type { BadRow } from "../reading/bad-rows.ts";
import type { EntityTable } from "./entity-table.ts";

export interface ItemInfo {
  readonly title: string;
  /** Distinct, in the file's order. */
  readonly features: readonly string[];
}

export interface ItemInfos {
  /** By the id's text, as the log has it. */
  readonly byId: ReadonlyMap<string, ItemInfo>;
  readonly badRows: number;
  readonly firstBadRows: readonly BadRow[];
}

/** What MovieLens writes where there is none. */
const NO_FEATURES = new Set(["(no genres listed)", ""]);

/** Of an item with several rows, the last. Null where the file has neither titles nor such features. */
export async function readItemInfos(database: WorkDatabase, items: EntityTable): Promise<ItemInfos | null> {
  const { table, hasTitles, hasLabels, badRows, firstBadRows } = items;
  if (!hasTitles && !hasLabels) return null;
  const columns = ["id", ...(hasTitles ? ["title"] : []), ...(hasLabels ? ["features"] : [])];
  const rows = await database.rows(`SELECT ${columns.join(", ")} FROM ${table} ORDER BY position`);
  const byId = new Map<string, ItemInfo>();
  for (const { id, title, features } of rows) {
    const listed = String(features ?? "").split("|");
    const distinct = new Set(listed.map((feature) => feature.trim()).filter((feature) => !NO_FEATURES.has(feature)));
    byId.set(String(id), { title: String(title ?? "").trim(), features: [...distinct] });
  }
  return { byId, badRows, firstBadRows };
}

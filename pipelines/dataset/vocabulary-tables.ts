/** The vocabularies of a dataset as tables, for questions in SQL. */
import { join } from "node:path";
import type { WorkDatabase } from "../../src/interactions/database/work-database.ts";
import { idTables } from "../../src/interactions/lookup/match-ids.ts";
import { openArrowSource } from "../../src/interactions/sources/arrow-source.ts";

/** Once: what is there already is left as it is. */
export async function loadVocabulary(database: WorkDatabase, directory: string, kind: "user" | "item"): Promise<void> {
  const [table, name] = kind === "user" ? [idTables.users, "users.arrow"] : [idTables.items, "items.arrow"];
  if ((await database.count(`SELECT count(*) FROM duckdb_tables() WHERE table_name = '${table}'`)) > 0) return;
  await openArrowSource(database, table, { path: join(directory, name), name }, []);
}

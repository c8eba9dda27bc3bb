/**
 * Ids become dense numbers in ascending order of the ids: whole numbers by value, strings by their UTF-8 bytes. So the
 * numbering depends on which ids there are and on nothing else, neither the order of the rows nor the number of threads.
 */

import type { WorkDatabase } from "../sources/work-database.ts";
import { ROW_PROBLEM } from "./load-rows.ts";

export type IdType = "integer" | "string";
export type IdColumn = "user" | "item";

/** Creates table users or items (number UINTEGER, id BIGINT | VARCHAR) from every row of `raw` without a problem. */
export async function numberIds(database: WorkDatabase, column: IdColumn): Promise<{ type: IdType; count: number }> {
  const type = await idType(database, column);
  const negatives = column === "item" ? `UNION SELECT ${idSql(column, type)} FROM official_negatives` : "";
  await database.run(
    `CREATE TABLE ${column}s AS
     SELECT (row_number() OVER (ORDER BY id) - 1)::UINTEGER AS number, id
     FROM (SELECT DISTINCT ${idSql(column, type)} AS id FROM raw WHERE problem = ${ROW_PROBLEM.none} ${negatives}) ORDER BY id`,
  );
  return { type, count: await database.count(`SELECT count(*) FROM ${column}s`) };
}

/** The id as it stands in the vocabulary, over columns <column>_number and <column>_text. */
export function idSql(column: IdColumn, type: IdType): string {
  return type === "integer" ? `${column}_number` : `coalesce(${column}_text, ${column}_number::VARCHAR)`;
}

/** One id that is no 64-bit whole number makes all of them strings. */
async function idType(database: WorkDatabase, column: IdColumn): Promise<IdType> {
  const inNegatives = column === "item" ? ` + (SELECT count(item_text) FROM official_negatives)` : "";
  const texts = await database.count(`SELECT count(${column}_text)${inNegatives} FROM raw`);
  return texts === 0 ? "integer" : "string";
}

/**
 * Ids become dense numbers in ascending order of the ids: whole numbers by value, strings by their UTF-8
 * bytes. So the numbering depends on which ids there are and on nothing else, neither the order of the rows
 * nor the number of threads.
 */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { isCutShort, wholeNumber } from "../sources/id-text.ts";
import { ROW_PROBLEM } from "./row-problem.ts";

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
  return type === "integer"
    ? `coalesce(${column}_number, ${wholeNumber(`${column}_text`)})`
    : `coalesce(${column}_text, ${column}_number::VARCHAR)`;
}

/** One id that is no 64-bit whole number, in any spelling of one, makes all of them strings. */
async function idType(database: WorkDatabase, column: IdColumn): Promise<IdType> {
  const text = `${column}_text`;
  const negatives = column === "item" ? `UNION ALL SELECT ${text} FROM official_negatives` : "";
  const [found] = await database.rows(
    `SELECT count(*) FILTER (WHERE is_cut) AS cut, count(*) AS odd, any_value(${text}) FILTER (WHERE is_cut) AS example
     FROM (SELECT ${text}, ${isCutShort(text)} AS is_cut FROM (SELECT ${text} FROM raw WHERE problem = ${ROW_PROBLEM.none} ${negatives})
           WHERE ${text} IS NOT NULL AND ${wholeNumber(text)} IS NULL)`,
  );
  const [cut, odd] = [Number(found?.cut ?? 0), Number(found?.odd ?? 0)];
  if (cut > 0 && cut === odd) {
    throw new DataError(
      `${cut} rows have ${column} ids that lost their last digits (such as ${found?.example}): a spreadsheet or a float wrote them so; export the log anew with ${column} ids as text`,
    );
  }
  return odd === 0 ? "integer" : "string";
}

/** Where ids are strings, those written like 17.0 stay apart from 17; a warning if both are there. */
export async function secondSpellings(database: WorkDatabase, column: IdColumn): Promise<string[]> {
  const [found] = await database.rows(
    `SELECT count(*) AS pairs, min(id) AS example FROM ${column}s
     WHERE (${wholeNumber("id")})::VARCHAR IN (SELECT id FROM ${column}s)`,
  );
  return Number(found?.pairs ?? 0) === 0
    ? []
    : [
        `${found?.pairs} ${column} ids are there in two spellings, such as ${found?.example}, and count as two: other ${column} ids are words, so all of them are compared as text`,
      ];
}

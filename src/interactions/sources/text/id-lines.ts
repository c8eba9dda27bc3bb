/** A text file that is no table but a list: one id a line, with or without a header. */

import { sqlName, sqlText } from "../../database/sql-text.ts";
import type { WorkDatabase } from "../../database/work-database.ts";
import { isUsualName } from "../choose-columns.ts";
import { orDataError, type TableSource } from "../table-source.ts";
import { isNameOverCodes } from "./header-shape.ts";
import type { ReadableText } from "./readable-text.ts";
import { linesOf } from "./text-source.ts";

const HEAD_LINES = 20;

/** Told by its first lines, which hold no delimiter; an empty file is none. */
export async function isIdPerLine(database: WorkDatabase, text: ReadableText, file: string): Promise<boolean> {
  const head = await firstLines(database, text, { file, count: HEAD_LINES });
  return head.length > 0 && head.every((line) => !/[,;|\t]|::/.test(line));
}

/**
 * `wanted` are names of the column, the user's own or the log's: a first line that is one of them is a header, and so
 * is one of a usual name, or a word over codes.
 */
export async function openIdLines(
  database: WorkDatabase,
  text: ReadableText,
  { file, role, wanted }: { readonly file: string; readonly role: "user" | "item"; readonly wanted: readonly string[] },
): Promise<TableSource> {
  const [line, ...others] = await firstLines(database, text, { file, count: HEAD_LINES });
  const first = line!.trim(); // isIdPerLine has found one
  const hasHeader =
    isUsualName(first) || /^ids?$/i.test(first) || wanted.includes(first) || isNameOverCodes(first, others);
  const header = hasHeader ? ` AND trim(line) <> ${sqlText(first)}` : "";
  const column = { name: hasHeader ? first : `${role}_id`, type: "VARCHAR" };
  return {
    file,
    format: `text, an id a line, ${hasHeader ? "header" : "no header"}`,
    from: `(SELECT trim(line) AS ${sqlName(column.name)} FROM ${idLines(text)} WHERE ${IS_FILLED}${header})`,
    columns: [column],
    typedColumns: [column],
    isHeader: null, // left out above
    firstRowLine: hasHeader ? 2 : 1,
    storesRejects: true,
    setAside: null,
    lists: null,
  };
}

const IS_FILLED = "trim(coalesce(line, '')) <> ''";

async function firstLines(
  database: WorkDatabase,
  text: ReadableText,
  { file, count }: { readonly file: string; readonly count: number },
): Promise<readonly string[]> {
  const rows = await orDataError(file, () =>
    database.rows(`SELECT line FROM ${idLines(text)} WHERE ${IS_FILLED} LIMIT ${count}`),
  );
  return rows.map(({ line }) => String(line));
}

function idLines(text: ReadableText): string {
  return linesOf(text, "store_rejects = true");
}

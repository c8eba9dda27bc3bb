/** Delimited text as a source of rows: its shape found out from its first lines, every value as text. */

import { sqlName, sqlPaths, sqlText } from "../../database/sql-text.ts";
import type { WorkDatabase } from "../../database/work-database.ts";
import { orDataError, type SourceColumn, STORING_REJECTS, type TableSource } from "../table-source.ts";
import { detectTable, type TableHints, type TextTable } from "./detect-table.ts";
import type { ReadableText } from "./readable-text.ts";
import { singleBlanks } from "./single-blanks.ts";

export interface TextOptions extends TableHints {
  /** Numbers such as 3,5 are 3.5. */
  readonly hasDecimalCommas?: boolean;
  /** Whether typedColumns will be used; finding them out reads the file once more. */
  readonly needsTypes: boolean;
}

/** What spreadsheets write before the header. */
export const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

interface ReadTable extends TextTable {
  /** Lines before the header. */
  readonly skipped: number;
  readonly hasDecimalCommas: boolean;
}

/** By which a table is known. */
export const HEAD_LINES = 100;
/** A column is of a type although up to this share of its values is not; in a condition those count as missing. */
const MOST_EXCEPTIONS = 0.001;

export async function openTextSource(
  database: WorkDatabase,
  text: ReadableText,
  options: TextOptions,
): Promise<TableSource> {
  const lines = await readHead(database, text, options.file);
  const separator = SEPARATOR_LINE.exec(lines[0] ?? "")?.[1];
  const skipped = separator === undefined ? 0 : 1;
  const found = detectTable(lines.slice(skipped), { ...options, delimiter: options.delimiter ?? separator });
  const table = { ...found, skipped, hasDecimalCommas: options.hasDecimalCommas ?? false };
  const untyped = table.columns.map((name) => ({ name, type: "VARCHAR" }));
  const readable = table.isWhiteSpace ? await singleBlanks(database, text, options.file) : text;
  const from = textRows(readable, table, STORING_REJECTS);
  return {
    file: options.file,
    format: `text, ${table.isWhiteSpace ? "white space" : `delimiter ${JSON.stringify(table.delimiter)}`}, ${table.hasHeader ? "header" : "no header"}, ${text.description}`,
    from,
    columns: untyped,
    typedColumns: options.needsTypes ? await findTypes(database, readable, table, options) : untyped,
    isHeader: table.header === null ? null : equalsHeader(table.columns, table.header),
    firstRowLine: (table.hasHeader ? 2 : 1) + skipped,
    storesRejects: true,
    setAside: null,
    lists: null,
  };
}

/** All fields as the header spells them; the first one alone settles it for nearly every row. */
function equalsHeader(columns: readonly string[], header: readonly string[]): string {
  const equals = columns.map((name, index) =>
    header[index] === "" ? `coalesce(${sqlName(name)}, '') = ''` : `${sqlName(name)} = ${sqlText(header[index]!)}`,
  );
  return `coalesce(CASE WHEN ${equals[0]} THEN ${equals.join(" AND ")} END, false)`;
}

/** Every line of a text file as one VARCHAR column `line`, in order. */
export function linesOf(text: ReadableText, onBadRows = "ignore_errors = true"): string {
  // No text holds the unit separator, so a line is never split.
  return `read_csv(${pathAndKind(text)}, header = false, delim = '\u001f', quote = '', escape = '', auto_detect = false, columns = {'line': 'VARCHAR'}, max_line_size = 16000000, ${onBadRows})`;
}

/** The kind of the file is said, not left to its name. */
function pathAndKind({ path, furtherPaths = [], compression, encoding }: ReadableText): string {
  return `${sqlPaths([path, ...furtherPaths])}, compression = ${sqlText(compression ?? "none")}, encoding = ${sqlText(encoding)}`;
}

async function readHead(database: WorkDatabase, text: ReadableText, file: string): Promise<string[]> {
  const first = { ...text, furtherPaths: [] };
  const rows = await orDataError(file, () =>
    database.rows(`SELECT line FROM ${linesOf(first)} WHERE line IS NOT NULL LIMIT ${HEAD_LINES}`),
  );
  return rows.map(({ line }) => String(line).replace(/\r$/, ""));
}

function textRows(text: ReadableText, table: ReadTable, onBadRows: string): string {
  const columns = table.columns.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(", ");
  const shape = [
    `header = ${table.hasHeader}`,
    `delim = ${sqlText(table.delimiter)}`,
    `quote = ${sqlText(table.quote)}`,
    `escape = ${sqlText(table.escape)}`,
    `skip = ${table.skipped}`,
  ].join(", ");
  const rows = `read_csv(${pathAndKind(text)}, ${shape}, auto_detect = false, columns = {${columns}}, ${onBadRows})`;
  if (!table.hasDecimalCommas) return rows;
  const decimals = table.columns.map(
    (name) => `regexp_replace(${sqlName(name)}, '^([-+]?\\d*),(\\d+)$', '\\1.\\2') AS ${sqlName(name)}`,
  );
  return `(SELECT ${decimals.join(", ")} FROM ${rows})`;
}

/**
 * The narrowest type that the values of the whole file have, a few exceptions apart: whole number, number, time or else
 * text. Told by the first rows alone, a column of 3 and 4 would read a later 3.5 as 4.
 */
async function findTypes(
  database: WorkDatabase,
  text: ReadableText,
  table: ReadTable,
  options: TextOptions,
): Promise<SourceColumn[]> {
  const tests = table.columns.map((name) => {
    const column = sqlName(name);
    const isMostly = (type: string): string =>
      `count(TRY_CAST(${column} AS ${type})) >= ${1 - MOST_EXCEPTIONS} * count(${column})`;
    const numbersAreWhole = `bool_and(coalesce(TRY_CAST(${column} AS BIGINT)::VARCHAR = ${column}, TRY_CAST(${column} AS DOUBLE) IS NULL))`;
    return `CASE WHEN count(${column}) = 0 THEN 'VARCHAR' WHEN ${isMostly("BIGINT")} AND ${numbersAreWhole} THEN 'BIGINT'
      WHEN ${isMostly("DOUBLE")} THEN 'DOUBLE' WHEN ${isMostly("TIMESTAMPTZ")} THEN 'TIMESTAMPTZ' ELSE 'VARCHAR' END AS ${column}`;
  });
  const rows = textRows(text, table, "ignore_errors = true");
  const [types] = await orDataError(options.file, () => database.rows(`SELECT ${tests.join(", ")} FROM ${rows}`));
  return table.columns.map((name) => ({ name, type: String(types?.[name] ?? "VARCHAR") }));
}

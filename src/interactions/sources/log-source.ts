/** One input file as an SQL source with known columns, whatever its format: the only place that knows DuckDB's file readers. */
import { ConfigError, DataError, firstLineOf } from "../../errors.ts";
import { detectTable, type TableHints, type TextTable } from "./detect-table.ts";
import { withoutCompression } from "./recognise-logs.ts";
import { sqlName, sqlText } from "./sql-text.ts";
import type { WorkDatabase } from "./work-database.ts";

export type TextEncoding = "utf-8" | "latin-1";

export interface SourceColumn {
  readonly name: string;
  /** SQL type as the source yields it: VARCHAR throughout for text formats. */
  readonly type: string;
}

export interface LogSource {
  /** File name for reports and errors. */
  readonly file: string;
  /** Such as `csv, delimiter ",", header` or `parquet`. */
  readonly format: string;
  /** What stands after FROM. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
  /** The same columns with the types their values look like, for conditions. */
  readonly typedColumns: readonly SourceColumn[];
  /** Line of the first row, from 1; null where rows are not lines. */
  readonly firstRowLine: number | null;
  /** Whether the reader sets aside rows it cannot split (table reject_errors). */
  readonly storesRejects: boolean;
}

export interface TextOptions extends TableHints {
  readonly encoding: TextEncoding;
  /** Whether typedColumns will be used; finding them out reads the file once more. */
  readonly needsTypes: boolean;
}

/** Rejected rows are listed up to this many a file; further ones are lost to the count. */
export const MOST_REJECTS = 200_000;
const STORING_REJECTS = `store_rejects = true, rejects_limit = ${MOST_REJECTS}`;

const HEAD_LINES = 100;
/** A column is of a type when no larger share of its values says otherwise; those count as missing in a condition. */
const MOST_STRANGERS = 0.001;

export function formatOf(name: string): "parquet" | "json" | "arrow" | "text" {
  const bare = withoutCompression(name).toLowerCase();
  if (bare.endsWith(".parquet")) return "parquet";
  if (/\.(jsonl|ndjson|json)$/.test(bare)) return "json";
  if (/\.(arrow|feather|ipc)$/.test(bare)) return "arrow";
  return "text";
}

export async function openTextSource(database: WorkDatabase, path: string, options: TextOptions): Promise<LogSource> {
  const lines = await readHead(database, path, options);
  const table = detectTable(lines, options);
  const untyped = table.columns.map((name) => ({ name, type: "VARCHAR" }));
  const from = textRows(path, table, options, STORING_REJECTS);
  return {
    file: options.file,
    format: `text, delimiter ${JSON.stringify(table.delimiter)}, ${table.hasHeader ? "header" : "no header"}, ${options.encoding}`,
    from,
    columns: untyped,
    typedColumns: options.needsTypes ? await findTypes(database, path, table, options) : untyped,
    firstRowLine: table.hasHeader ? 2 : 1,
    storesRejects: true,
  };
}

export async function openJsonSource(database: WorkDatabase, path: string, file: string): Promise<LogSource> {
  // From every row: a key may first appear, or turn from 3 to 3.5 or to text, a million rows down.
  const described = await describe(
    database,
    `read_json_auto(${sqlPath(path)}, ignore_errors = true, format = 'newline_delimited', sample_size = -1)`,
    file,
  );
  // DuckDB calls a mix of kinds JSON, in which plain text is not readable.
  const typedColumns = described.map(({ name, type }) => ({ name, type: type === "JSON" ? "VARCHAR" : type }));
  return {
    file,
    format: "json lines",
    from: jsonRows(path, described),
    columns: described.map(({ name }) => ({ name, type: "VARCHAR" })),
    typedColumns,
    firstRowLine: 1,
    storesRejects: true,
  };
}

/**
 * Every value as text, so that the few of another kind do not turn into nothing. Line by line, because DuckDB's own reader takes
 * a byte order mark for a broken row, and a row that is cut off for the next one too.
 */
function jsonRows(path: string, columns: readonly SourceColumn[]): string {
  const pointers = columns.map(({ name }) => sqlText(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`));
  const named = columns.map(({ name }, place) => `fields[${place + 1}] AS ${sqlName(name)}`);
  return `(SELECT ${named.join(", ")} FROM (
    SELECT json_extract_string(CASE WHEN json_valid(line) THEN line END, [${pointers.join(", ")}]) AS fields
    FROM ${linesOf(path, "utf-8", STORING_REJECTS)} WHERE trim(line, ' \t\r') <> ''))`;
}

export async function openParquetSource(database: WorkDatabase, path: string, file: string): Promise<LogSource> {
  const from = `read_parquet(${sqlPath(path)})`;
  return openRelation(database, from, file, "parquet");
}

/** A table of the work database, such as one filled from an Arrow file. */
export async function openRelation(
  database: WorkDatabase,
  from: string,
  file: string,
  format: string,
): Promise<LogSource> {
  const columns = await describe(database, from, file);
  return { file, format, from, columns, typedColumns: columns, firstRowLine: null, storesRejects: false };
}

/** Every line of a text file as one VARCHAR column `line`, in order. */
export function linesOf(path: string, encoding: TextEncoding, onBadRows = "ignore_errors = true"): string {
  // No text holds the unit separator, so a line is never split.
  return `read_csv(${sqlPath(path)}, header = false, delim = '\u001f', quote = '', escape = '', auto_detect = false, columns = {'line': 'VARCHAR'}, max_line_size = 16000000, ${onBadRows}, encoding = ${sqlText(encoding)})`;
}

/** Paths whose brackets and stars are meant literally; DuckDB would take them for a pattern. */
function sqlPath(path: string): string {
  return sqlText(path.replaceAll(/[*?[]/g, "[$&]"));
}

async function readHead(database: WorkDatabase, path: string, options: TextOptions): Promise<string[]> {
  const rows = await orDataError(options.file, () =>
    database.rows(`SELECT line FROM ${linesOf(path, options.encoding)} WHERE line IS NOT NULL LIMIT ${HEAD_LINES}`),
  );
  return rows.map(({ line }) => String(line).replace(/\r$/, ""));
}

function textRows(path: string, table: TextTable, options: TextOptions, onBadRows: string): string {
  const columns = table.columns.map((name) => `${sqlText(name)}: 'VARCHAR'`).join(", ");
  const shape = [
    `header = ${table.hasHeader}`,
    `delim = ${sqlText(table.delimiter)}`,
    `quote = ${sqlText(table.quote)}`,
    `escape = ${sqlText(table.quote)}`,
    `encoding = ${sqlText(options.encoding)}`,
  ].join(", ");
  return `read_csv(${sqlPath(path)}, ${shape}, auto_detect = false, columns = {${columns}}, ${onBadRows})`;
}

/**
 * The narrowest type that the values of the whole file have, a few strangers apart: whole number, number, moment or else text.
 * Told by the first rows alone, a column of 3 and 4 would read a later 3.5 as 4.
 */
async function findTypes(
  database: WorkDatabase,
  path: string,
  table: TextTable,
  options: TextOptions,
): Promise<SourceColumn[]> {
  const tests = table.columns.map((name) => {
    const column = sqlName(name);
    const isMostly = (type: string): string =>
      `count(TRY_CAST(${column} AS ${type})) >= ${1 - MOST_STRANGERS} * count(${column})`;
    const numbersAreWhole = `bool_and(coalesce(TRY_CAST(${column} AS BIGINT)::VARCHAR = ${column}, TRY_CAST(${column} AS DOUBLE) IS NULL))`;
    return `CASE WHEN count(${column}) = 0 THEN 'VARCHAR' WHEN ${isMostly("BIGINT")} AND ${numbersAreWhole} THEN 'BIGINT'
      WHEN ${isMostly("DOUBLE")} THEN 'DOUBLE' WHEN ${isMostly("TIMESTAMPTZ")} THEN 'TIMESTAMPTZ' ELSE 'VARCHAR' END AS ${column}`;
  });
  const rows = textRows(path, table, options, "ignore_errors = true");
  const [types] = await orDataError(options.file, () => database.rows(`SELECT ${tests.join(", ")} FROM ${rows}`));
  return table.columns.map((name) => ({ name, type: String(types?.[name] ?? "VARCHAR") }));
}

async function describe(database: WorkDatabase, from: string, file: string): Promise<SourceColumn[]> {
  const rows = await orDataError(file, () => database.rows(`DESCRIBE SELECT * FROM ${from}`));
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
}

/** A file DuckDB cannot open is bad data, not a fault of the program. */
export async function orDataError<T>(file: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof DataError || error instanceof ConfigError) throw error;
    throw new DataError(`${file}: ${firstLineOf(error)}`);
  }
}

/** A list of columns for SELECT, each cast to the type its values look like where the source yields text. */
export function typedSelectList(source: LogSource): string {
  return source.columns
    .map(({ name, type }, place) => {
      const wanted = source.typedColumns[place]?.type ?? type;
      return wanted === type ? sqlName(name) : `TRY_CAST(${sqlName(name)} AS ${wanted}) AS ${sqlName(name)}`;
    })
    .join(", ");
}

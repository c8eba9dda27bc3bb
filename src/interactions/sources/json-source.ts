/** JSON lines as a source of rows: every key that a row has is a column. */
import { sqlName, sqlPath, sqlText } from "./sql-text.ts";
import { describe, type SourceColumn, STORING_REJECTS, type TableSource } from "./table-source.ts";
import { linesOf } from "./text-source.ts";
import type { WorkDatabase } from "./work-database.ts";

export async function openJsonSource(database: WorkDatabase, path: string, file: string): Promise<TableSource> {
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
  const named = columns.map(({ name }, index) => `fields[${index + 1}] AS ${sqlName(name)}`);
  return `(SELECT ${named.join(", ")} FROM (
    SELECT json_extract_string(CASE WHEN json_valid(line) THEN line END, [${pointers.join(", ")}]) AS fields
    FROM ${linesOf(path, "utf-8", STORING_REJECTS)} WHERE trim(line, ' \t\r') <> ''))`;
}

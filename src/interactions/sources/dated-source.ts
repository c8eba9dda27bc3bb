/** A source whose time column is written in a way of its own, brought to ISO 8601. */
import { ConfigError, firstLineOf } from "../../errors.ts";
import { sqlName, sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { TableSource } from "./table-source.ts";

/** `format` is one of strptime. Throws ConfigError for a format that there is not. */
export async function withDateFormat(
  database: WorkDatabase,
  source: TableSource,
  { column, format }: { readonly column: number; readonly format: string },
): Promise<TableSource> {
  const { name } = source.columns[column]!; // a choice among them
  await database.rows(`SELECT try_strptime('', ${sqlText(format)})`).catch((error: unknown) => {
    throw new ConfigError(
      `--date-format is "${format}", expected one of strptime such as %d.%m.%Y %H:%M:%S; ${firstLineOf(error)}`,
    );
  });
  const text = `${sqlName(name)}::VARCHAR`;
  const moment = `try_strptime(trim(${text}), ${sqlText(format)})::TIMESTAMPTZ`;
  // What is not written so must not be read in some other way, and be shown.
  const iso = `CASE WHEN ${moment} IS NULL THEN ${sqlText(`not ${format}: `)} || ${text} ELSE strftime(${moment}, '%Y-%m-%dT%H:%M:%S.%gZ') END`;
  const typed = (type: string) => (other: { readonly name: string; readonly type: string }) =>
    other.name === name ? { name, type } : other;
  return {
    ...source,
    from: `(SELECT * REPLACE (${iso} AS ${sqlName(name)}) FROM ${source.from})`,
    columns: source.columns.map(typed("VARCHAR")),
    typedColumns: source.typedColumns.map(typed("TIMESTAMPTZ")),
  };
}

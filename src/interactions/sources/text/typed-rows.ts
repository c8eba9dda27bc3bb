/** CSV without a header whose columns and types are known, as a database writes its rows: nothing is found out. */
import { sqlName, sqlPath, sqlText } from "../../database/sql-text.ts";
import { refuseSameNames, type SourceColumn, STORING_REJECTS, type TableSource, UNREAD } from "../table-source.ts";

export interface TypedLayout {
  readonly kind: "typed";
  /** Such as "rows of PostgreSQL". */
  readonly format: string;
  /** All that the database has; those of type UNREAD are not in the file. */
  readonly columns: readonly SourceColumn[];
  /** The same with the types that conditions see. */
  readonly typedColumns: readonly SourceColumn[];
}

/** No value is NULL, and "" a text without a letter. Rows of other shapes are set aside. */
export function openTypedRows(
  { path, name }: { readonly path: string; readonly name: string },
  { format, columns, typedColumns }: TypedLayout,
): TableSource {
  refuseSameNames(
    name,
    columns.map((column) => column.name),
  );
  const read = columns.filter(({ type }) => type !== UNREAD);
  const types = read.map((column) => `${sqlText(column.name)}: ${sqlText(column.type)}`).join(", ");
  const shape = "header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false";
  const rows = `read_csv(${sqlPath(path)}, compression = 'none', encoding = 'utf-8', ${shape}, auto_detect = false, columns = {${types}}, ${STORING_REJECTS})`;
  return {
    file: name,
    format,
    from: `(SELECT ${read.map((column) => sqlName(column.name)).join(", ")} FROM ${rows})`,
    columns,
    typedColumns,
    isHeader: null,
    firstRowLine: null,
    storesRejects: true,
    setAside: null,
    lists: null,
  };
}

/**
 * Fields inside columns of objects, named like user.id where the user asks for them: in JSON, Parquet and Arrow alike.
 */
import { sqlName, sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { describe, type SourceColumn, type TableSource } from "./table-source.ts";

export interface NestedField {
  /** As the user wrote it. */
  readonly name: string;
  readonly column: SourceColumn;
  /** Names of fields from the column inwards. */
  readonly fields: readonly string[];
}

/** Those of `wanted` that are no columns but lead inside of one. */
export function nestedFields(columns: readonly SourceColumn[], wanted: readonly string[]): NestedField[] {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return wanted
    .filter((name) => !names.has(name.toLowerCase()))
    .flatMap((name) => {
      const outer = columns.filter((column) => name.startsWith(`${column.name}.`));
      const [column] = outer.sort((a, b) => b.name.length - a.name.length);
      return column === undefined ? [] : [{ name, column, fields: name.slice(column.name.length + 1).split(".") }];
    });
}

/** SQL type of a field of STRUCT columns of `from`; null where there is none of that name. */
export async function fieldType(database: WorkDatabase, from: string, field: NestedField): Promise<string | null> {
  const [found] = await describe(database, `(SELECT ${fieldSql(field)} FROM ${from})`, field.name).catch(() => []);
  return found?.type ?? null;
}

/** A relation with the wanted fields as further columns, behind its own. */
export async function withNestedFields(
  database: WorkDatabase,
  source: TableSource,
  wanted: readonly string[],
): Promise<TableSource> {
  const columns = [...source.columns];
  const selected: string[] = [];
  for (const field of nestedFields(source.columns, wanted)) {
    const type = await fieldType(database, source.from, field);
    if (type === null) continue;
    columns.push({ name: field.name, type });
    selected.push(`${fieldSql(field)} AS ${sqlName(field.name)}`);
  }
  if (selected.length === 0) return source;
  return { ...source, columns, typedColumns: columns, from: `(SELECT *, ${selected.join(", ")} FROM ${source.from})` };
}

function fieldSql({ column, fields }: NestedField): string {
  return fields.reduce((sql, field) => `struct_extract(${sql}, ${sqlText(field)})`, sqlName(column.name));
}

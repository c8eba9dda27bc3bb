/** Columns that stand in the names of folders, such as dt=2026-11-29/part-0.parquet, as warehouses write them. */
import { sqlName, sqlText } from "../database/sql-text.ts";
import type { SourceColumn, TableSource } from "./table-source.ts";

export interface Partition {
  readonly column: string;
  /** Null where the warehouse had none. */
  readonly value: string | null;
}

const NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

/** Of a file's path, outermost first. */
export function partitionsOf(path: string): Partition[] {
  return path
    .split("/")
    .slice(0, -1)
    .flatMap((folder) => {
      const [, column, value] = /^([^=]+)=(.*)$/s.exec(folder) ?? [];
      if (column === undefined || value === undefined) return [];
      return [{ column: plainText(column), value: value === NO_VALUE ? null : plainText(value) }];
    });
}

/** The source with a further column for each partition; a column of that name in the file itself stays what it is. */
export function withPartitions(source: TableSource, partitions: readonly Partition[]): TableSource {
  const names = new Set(source.columns.map(({ name }) => name.toLowerCase()));
  const added = partitions.filter(({ column }) => !names.has(column.toLowerCase()));
  if (added.length === 0) return source;
  const selected = added.map(
    ({ column, value }) => `${value === null ? "NULL" : sqlText(value)}::VARCHAR AS ${sqlName(column)}`,
  );
  const typed =
    (type: (value: string | null) => string) =>
    (partition: Partition): SourceColumn => ({
      name: partition.column,
      type: type(partition.value),
    });
  return {
    ...source,
    from: `(SELECT *, ${selected.join(", ")} FROM ${source.from})`,
    columns: [...source.columns, ...added.map(typed(() => "VARCHAR"))],
    typedColumns: [...source.typedColumns, ...added.map(typed(typeFor))],
  };
}

/** As for conditions: by the one value there is. */
function typeFor(value: string | null): string {
  if (value === null) return "VARCHAR";
  if (/^(0|-?[1-9]\d{0,17})$/.test(value)) return "BIGINT";
  return /^\d{4}-\d\d-\d\d/.test(value) ? "TIMESTAMPTZ" : "VARCHAR";
}

/** Warehouses write what a folder's name cannot hold as %3A; anything else stays as it is. */
function plainText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

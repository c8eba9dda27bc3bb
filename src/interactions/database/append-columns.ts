/** Columns that another room has read (Arrow files) into a table of the work database. */
import {
  BIGINT,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  TIMESTAMP,
  UBIGINT,
  VARCHAR,
} from "@duckdb/node-api";
import { sqlName } from "./sql-text.ts";
import type { WorkDatabase } from "./work-database.ts";

export type AppendedKind = "integer" | "unsigned" | "number" | "decimal" | "text" | "boolean" | "timestamp";

export type AppendedColumn = {
  /** Booleans as 0 or 1, timestamps as microseconds since 1970, decimals as whole numbers of 10^-scale. */
  readonly values: ArrayLike<number | bigint | string>;
  /** 0 where a row is null; null when no row is. */
  readonly validity: Uint8Array | null;
} & ({ readonly kind: Exclude<AppendedKind, "decimal"> } | { readonly kind: "decimal"; readonly scale: number });

const TYPES: Readonly<Record<Exclude<AppendedKind, "decimal">, DuckDBType>> = {
  integer: BIGINT,
  unsigned: UBIGINT,
  number: DOUBLE,
  text: VARCHAR,
  boolean: BOOLEAN,
  timestamp: TIMESTAMP,
};

const DECIMAL_DIGITS = 38; // as many as DuckDB has

/** `scale` counts for decimals alone. */
function typeOf(kind: AppendedKind, scale: number): DuckDBType {
  return kind === "decimal" ? DECIMAL(DECIMAL_DIGITS, scale) : TYPES[kind];
}

const ROWS_PER_CHUNK = 2048; // DuckDB's vector size; chunks cannot be larger

export async function createTableFor(
  database: WorkDatabase,
  table: string,
  columns: readonly { readonly name: string; readonly kind: AppendedKind; readonly scale: number }[],
): Promise<void> {
  const list = columns
    .map((column) => `${sqlName(column.name)} ${typeOf(column.kind, column.scale).toString()}`)
    .join(", ");
  await database.run(`CREATE TABLE ${sqlName(table)} (${list})`);
}

/** Appends every batch in order; columns of a batch stand in the order of the table. */
export async function appendBatches(
  database: WorkDatabase,
  table: string,
  batches: AsyncIterable<{ readonly rows: number; readonly columns: readonly AppendedColumn[] }>,
): Promise<void> {
  const appender = await database.connection.createAppender(table);
  try {
    for await (const { rows, columns } of batches) {
      const types = columns.map((column) => typeOf(column.kind, scaleOf(column)));
      for (let from = 0; from < rows; from += ROWS_PER_CHUNK) {
        const length = Math.min(ROWS_PER_CHUNK, rows - from);
        const chunk = DuckDBDataChunk.create(types, length);
        chunk.setColumns(columns.map((column) => valuesOf(column, from, length)));
        appender.appendDataChunk(chunk);
      }
    }
  } finally {
    appender.closeSync();
  }
}

function scaleOf(column: AppendedColumn): number {
  return column.kind === "decimal" ? column.scale : 0;
}

function valuesOf(column: AppendedColumn, from: number, length: number): DuckDBValue[] {
  const { kind, values, validity } = column;
  const scale = scaleOf(column);
  return Array.from({ length }, (_, k) => {
    const row = from + k;
    if (validity !== null && validity[row] === 0) return null;
    const value = values[row]!;
    if (kind === "boolean") return value === 1;
    if (kind === "decimal") return new DuckDBDecimalValue(BigInt(value), DECIMAL_DIGITS, scale);
    return kind === "timestamp" ? new DuckDBTimestampValue(BigInt(value)) : value;
  });
}

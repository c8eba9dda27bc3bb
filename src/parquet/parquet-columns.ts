/** What columns a Parquet file of ours may have, and whether handed-in arrays are them. */
import { BIGINT, BOOLEAN, type DuckDBType, FLOAT, LIST, UINTEGER, VARCHAR } from "@duckdb/node-api";

export type ParquetType = "uint32" | "int64" | "float32" | "utf8" | "bool" | "vector";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** Of a vector: float32 values in each row; its column is then handed in as [rows, width], row-major. */
  readonly width?: number;
}

/** As many rows in each column; booleans as 0 or 1. */
export type ParquetValues = Uint32Array | BigInt64Array | Float32Array | Uint8Array | readonly string[];

/** Throws RangeError for a file without columns or with repeated names. */
export function checkSchema(schema: readonly ParquetColumn[]): void {
  const names = new Set(schema.map(({ name }) => name));
  if (schema.length === 0 || names.size < schema.length) {
    const found = schema.map(({ name }) => name).join(", ");
    throw new RangeError(`Parquet schema: names are [${found}], expected at least one and no repeats`);
  }
}

export function duckType({ type }: ParquetColumn): DuckDBType {
  switch (type) {
    case "uint32":
      return UINTEGER;
    case "int64":
      return BIGINT;
    case "float32":
      return FLOAT;
    case "utf8":
      return VARCHAR;
    case "bool":
      return BOOLEAN;
    case "vector":
      return LIST(FLOAT);
    default:
      return type satisfies never;
  }
}

/** Rows in `columns`. Throws RangeError or TypeError where they are not what `schema` says. */
export function commonLength(
  schema: readonly ParquetColumn[],
  columns: Readonly<Record<string, ParquetValues>>,
): number {
  const given = Object.keys(columns);
  const expected = schema.map(({ name }) => name);
  if (given.length !== expected.length || expected.some((name) => columns[name] === undefined)) {
    throw new RangeError(`append: columns are [${given.join(", ")}], expected [${expected.join(", ")}]`);
  }
  const lengths = schema.map(({ name, type, width = 1 }) => {
    const values = columns[name]!;
    if (!isOf(type, values)) {
      throw new TypeError(`column "${name}" is declared ${type} but was handed a ${values.constructor.name}`);
    }
    return type === "vector" ? values.length / width : values.length;
  });
  const [length = 0] = lengths;
  if (lengths.some((other) => other !== length)) {
    const found = expected.map((name, index) => `${name} ${lengths[index]}`).join(", ");
    throw new RangeError(`append: columns have different lengths (${found})`);
  }
  return length;
}

function isOf(type: ParquetType, values: ParquetValues): boolean {
  switch (type) {
    case "uint32":
      return values instanceof Uint32Array;
    case "int64":
      return values instanceof BigInt64Array;
    case "float32":
    case "vector":
      return values instanceof Float32Array;
    case "bool":
      return values instanceof Uint8Array;
    case "utf8":
      return Array.isArray(values);
    default:
      return type satisfies never;
  }
}

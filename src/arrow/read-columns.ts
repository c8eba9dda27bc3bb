/**
 * Whole columns of our own Arrow files as typed arrays: a view of the file's bytes when it has one
 * batch, one copy otherwise.
 */
import type { Data, RecordBatch, Schema } from "apache-arrow";
import { DataError } from "../errors.ts";
import { type ArrowFile, explained, openArrowFile } from "./arrow-file.ts";
import { type ColumnArrays, type ColumnType, type ColumnValues, columnTypeOf } from "./column-schema.ts";
import { checkedValues, textValues, typeName, unpackBits, validityBytes } from "./vector-arrays.ts";

/** Columns in memory. Asking for a column that is missing or of another type throws DataError naming the file. */
export interface Columns {
  readonly path: string;
  readonly rows: number;
  /** Of the columns read, in file order. */
  readonly names: readonly string[];
  uint32(name: string): Uint32Array;
  /** Null rows hold 0. */
  int64(name: string): BigInt64Array;
  /** Null rows hold an unspecified number. */
  float32(name: string): Float32Array;
  /** Null rows hold "". */
  strings(name: string): readonly string[];
  /** 0 or 1. */
  booleans(name: string): Uint8Array;
  /** 0 where a row is null, 1 elsewhere; null when no row is. */
  validity(name: string): Uint8Array | null;
}

/** Reads the named columns, or all; the file is closed again. Throws DataError for a missing, cut or damaged file. */
export async function readColumns(path: string, names?: readonly string[]): Promise<Columns> {
  const file = await openArrowFile(path);
  try {
    const wanted = wantedColumns(path, file.schema, names);
    const chunks = new Map<string, ColumnChunk[]>(wanted.map(({ name }) => [name, []]));
    let rows = 0;
    for await (const batch of file.batches()) {
      rows += batch.numRows;
      await explained(path, () => collectChunks(batch, wanted, chunks));
    }
    return await explained(path, () => assemble(path, rows, wanted, chunks));
  } finally {
    await file.close();
  }
}

/** A column that was asked for, and where the file has it. */
export interface WantedColumn {
  readonly name: string;
  readonly index: number;
  readonly type: ColumnType;
}

interface ColumnChunk {
  readonly values: ColumnValues;
  readonly validity: Uint8Array | null;
}

interface WholeColumn extends ColumnChunk {
  readonly type: ColumnType;
}

/** Throws DataError for a column that is missing or of a type our own files never have. */
export function wantedColumns(
  path: string,
  schema: ArrowFile["schema"],
  names: readonly string[] | undefined,
): WantedColumn[] {
  return (names ?? schema.fields.map(({ name }) => name)).map((name) => {
    const index = schema.fields.findIndex((field) => field.name === name);
    if (index < 0) throw missingColumn(path, name, fieldNames(schema));
    const stored = schema.fields[index]!.type;
    const type = columnTypeOf(stored);
    if (type === null) {
      throw new DataError(
        `${path}: column "${name}" is ${typeName(stored)}, expected uint32, int64, float32, utf8 or bool`,
      );
    }
    return { name, index, type };
  });
}

function fieldNames(schema: Schema): string[] {
  return schema.fields.map(({ name }) => name);
}

function missingColumn(path: string, name: string, found: readonly string[]): DataError {
  return new DataError(`${path}: there is no column "${name}"; found ${found.join(", ") || "none"}`);
}

function collectChunks(batch: RecordBatch, wanted: readonly WantedColumn[], chunks: Map<string, ColumnChunk[]>): void {
  for (const { name, index, type } of wanted) {
    const data: Data | undefined = batch.data.children[index];
    if (data === undefined || data.length !== batch.numRows) {
      throw new RangeError(`column "${name}" has ${data?.length ?? 0} rows in a batch of ${batch.numRows}`);
    }
    chunks.get(name)!.push({ values: valuesOf(data, type), validity: validityBytes(data) });
  }
}

/** A view of the batch's bytes where its type allows. Throws RangeError for damaged data. */
export function valuesOf(data: Data, type: ColumnType): ColumnValues {
  switch (type) {
    case "utf8":
      return textValues(data);
    case "bool":
      return unpackBits(data.values, data.offset, data.length);
    default: {
      const values: ColumnArrays["uint32" | "int64" | "float32"] = data.values;
      return checkedValues(values, data.length).subarray(0, data.length);
    }
  }
}

function assemble(
  path: string,
  rows: number,
  wanted: readonly WantedColumn[],
  chunks: Map<string, ColumnChunk[]>,
): Columns {
  const whole = new Map<string, WholeColumn>();
  for (const { name, type } of wanted) {
    const parts = chunks.get(name)!;
    chunks.delete(name);
    whole.set(name, { type, values: joinValues(type, rows, parts), validity: joinValidity(rows, parts) });
  }
  const names = wanted.map(({ name }) => name);

  function column(name: string): WholeColumn {
    const found = whole.get(name);
    if (found === undefined) throw missingColumn(path, name, names);
    return found;
  }
  function typed<T extends ColumnType>(name: string, type: T): ColumnArrays[T] {
    const found = column(name);
    if (found.type !== type) throw new DataError(`${path}: column "${name}" is ${found.type}, expected ${type}`);
    return found.values as ColumnArrays[T]; // `type` says which class `values` has
  }
  return {
    path,
    rows,
    names,
    uint32: (name) => typed(name, "uint32"),
    int64: (name) => typed(name, "int64"),
    float32: (name) => typed(name, "float32"),
    strings: (name) => typed(name, "utf8"),
    booleans: (name) => typed(name, "bool"),
    validity: (name) => column(name).validity,
  };
}

function joinValues(type: ColumnType, rows: number, parts: readonly ColumnChunk[]): ColumnValues {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only.values;
  if (type === "utf8") return parts.flatMap(({ values }) => values as ColumnArrays["utf8"]); // `type` says so
  const joined = emptyArray(type, rows);
  const bytes = new Uint8Array(joined.buffer);
  let at = 0;
  for (const { values } of parts) {
    if (!ArrayBuffer.isView(values)) throw new TypeError(`a column of ${type} holds text`);
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return joined;
}

function emptyArray(type: Exclude<ColumnType, "utf8">, rows: number): ColumnArrays[typeof type] {
  switch (type) {
    case "uint32":
      return new Uint32Array(rows);
    case "int64":
      return new BigInt64Array(rows);
    case "float32":
      return new Float32Array(rows);
    case "bool":
      return new Uint8Array(rows);
    default:
      return type satisfies never;
  }
}

function joinValidity(rows: number, parts: readonly ColumnChunk[]): Uint8Array | null {
  if (parts.every(({ validity }) => validity === null)) return null;
  const joined = new Uint8Array(rows);
  let at = 0;
  for (const { values, validity } of parts) {
    if (validity === null) joined.fill(1, at, at + values.length);
    else joined.set(validity, at);
    at += values.length;
  }
  return joined;
}

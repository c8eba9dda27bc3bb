/**
 * Typed arrays to a Parquet file that other tools read: version 1 pages, written by DuckDB. Rows wait in a scratch database beside
 * the file, so memory stays bounded; bytes depend on the rows, the schema and the compression, not on how rows were appended.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import {
  BIGINT,
  BOOLEAN,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  LIST,
  listValue,
  UINTEGER,
  VARCHAR,
} from "@duckdb/node-api";

export type ParquetType = "uint32" | "int64" | "float32" | "utf8" | "bool" | "vector";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** Of a vector: float32 values in each row; its column is then handed in as [rows, width], row-major. */
  readonly width?: number;
}

/** As many rows in each column; booleans as 0 or 1. */
export type ParquetValues = Uint32Array | BigInt64Array | Float32Array | Uint8Array | readonly string[];

export interface ParquetWriter {
  /** Appends rows; the arrays are copied. One call at a time: await each before the next. */
  append(columns: Readonly<Record<string, ParquetValues>>): Promise<void>;
  /** Finishes the file and puts it in place under its own name. */
  close(): Promise<WrittenParquet>;
  /** Leaves nothing behind; harmless after close. */
  abort(): Promise<void>;
}

export interface WrittenParquet {
  readonly rows: number;
  readonly bytes: number;
  /** Hex, of the whole file. */
  readonly sha256: string;
}

export type ParquetCompression = "snappy" | "zstd" | "uncompressed";

export interface ParquetOptions {
  readonly compression?: ParquetCompression;
  /** Of DuckDB's buffers, such as "1GB"; rows beyond it lie on the disk. */
  readonly memoryLimit?: string;
}

const ROWS_PER_CHUNK = 2048; // DuckDB's vector size; chunks cannot be larger
const ROWS_PER_GROUP = 122_880; // DuckDB's own choice, stated so that a new version cannot change the bytes unnoticed

/** Writes beside `path` (`.partial`) and renames on close, so `path` is either absent, the former file or complete. */
export async function openParquetWriter(
  path: string,
  schema: readonly ParquetColumn[],
  { compression = "snappy", memoryLimit = "1GB" }: ParquetOptions = {},
): Promise<ParquetWriter> {
  checkSchema(schema);
  const partial = `${path}.partial`;
  const scratch = `${path}.scratch`;
  await removeScratch(scratch);
  const instance = await DuckDBInstance.create(scratch, { threads: "1", memory_limit: memoryLimit });
  const connection = await instance.connect();
  const types = schema.map(duckType);
  await connection.run(`SET temp_directory = ${quoted(`${scratch}.spill`)}`);
  await connection.run(
    `CREATE TABLE rows (${schema.map(({ name }, place) => `${named(name)} ${types[place]!.toString()} NOT NULL`).join(", ")})`,
  );
  const appender = await connection.createAppender("rows");
  let rows = 0;
  let isOpen = true;

  async function release(): Promise<void> {
    isOpen = false;
    connection.closeSync();
    instance.closeSync();
    await removeScratch(scratch);
  }

  return {
    async append(columns) {
      if (!isOpen) throw new Error(`${path}: append after close or abort`);
      const length = commonLength(schema, columns);
      for (let from = 0; from < length; from += ROWS_PER_CHUNK) {
        const count = Math.min(ROWS_PER_CHUNK, length - from);
        const chunk = DuckDBDataChunk.create(types, count);
        chunk.setColumns(schema.map((column) => valuesOf(column, columns[column.name]!, from, count)));
        appender.appendDataChunk(chunk);
      }
      rows += length;
    },
    async close() {
      if (!isOpen) throw new Error(`${path}: closed twice`);
      try {
        appender.closeSync();
        await copyOut(connection, partial, compression);
        await release();
        await syncFile(partial);
        const written = await describe(partial);
        await rename(partial, path);
        return { rows, ...written };
      } catch (error) {
        if (isOpen) await release();
        await rm(partial, { force: true });
        throw error;
      }
    },
    async abort() {
      if (!isOpen) return;
      appender.closeSync();
      await release();
      await rm(partial, { force: true });
    },
  };
}

async function copyOut(connection: DuckDBConnection, file: string, compression: ParquetCompression): Promise<void> {
  await connection.run(
    `COPY rows TO ${quoted(file)} (FORMAT parquet, PARQUET_VERSION v1, COMPRESSION ${compression}, ROW_GROUP_SIZE ${ROWS_PER_GROUP})`,
  );
}

function checkSchema(schema: readonly ParquetColumn[]): void {
  const names = new Set(schema.map(({ name }) => name));
  if (schema.length === 0 || names.size < schema.length) {
    const found = schema.map(({ name }) => name).join(", ");
    throw new RangeError(`Parquet schema: names are [${found}], expected at least one and no repeats`);
  }
}

function duckType({ type }: ParquetColumn): DuckDBType {
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

function valuesOf(
  { type, width = 1 }: ParquetColumn,
  values: ParquetValues,
  from: number,
  count: number,
): DuckDBValue[] {
  switch (type) {
    case "bool":
      return Array.from({ length: count }, (_, k) => values[from + k] === 1);
    case "vector": {
      const at = (k: number) => values.slice((from + k) * width, (from + k + 1) * width) as Float32Array; // checked before
      return Array.from({ length: count }, (_, k) => listValue([...at(k)]));
    }
    default:
      return Array.from({ length: count }, (_, k) => values[from + k]!);
  }
}

function commonLength(schema: readonly ParquetColumn[], columns: Readonly<Record<string, ParquetValues>>): number {
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
    const found = expected.map((name, place) => `${name} ${lengths[place]}`).join(", ");
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

async function removeScratch(scratch: string): Promise<void> {
  for (const name of [scratch, `${scratch}.wal`, `${scratch}.spill`]) await rm(name, { recursive: true, force: true });
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function describe(file: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    bytes += chunk.length;
    digest.update(chunk);
  }
  return { bytes, sha256: digest.digest("hex") };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function named(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

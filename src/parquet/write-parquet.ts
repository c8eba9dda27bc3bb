/**
 * Typed arrays to a Parquet file that other tools read: version 1 pages, written by DuckDB. Rows wait in a scratch file
 * beside the result and stream from there, so memory stays bounded; bytes depend on the rows, the schema and the
 * compression, not on how rows were appended.
 */
import { rm } from "node:fs/promises";
import {
  type DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTableFunction,
  type DuckDBValue,
  listValue,
} from "@duckdb/node-api";
import { contentOf, type FileContent } from "../files/file-content.ts";
import { putInPlace } from "../files/partial-file.ts";
import { checkSchema, commonLength, duckType, type ParquetColumn, type ParquetValues } from "./parquet-columns.ts";
import { openSpoolReader, openSpoolWriter, type SpooledPage } from "./row-spool.ts";

export interface ParquetWriter {
  /** Appends rows; the arrays are copied. One call at a time: await each before the next. */
  append(columns: Readonly<Record<string, ParquetValues>>): Promise<void>;
  /** Finishes the file and gives it its own name. */
  close(): Promise<WrittenParquet>;
  /** Leaves nothing behind; harmless after close. */
  abort(): Promise<void>;
}

export interface WrittenParquet extends FileContent {
  readonly rows: number;
}

export type ParquetCompression = "snappy" | "zstd" | "uncompressed";

export interface ParquetOptions {
  readonly compression?: ParquetCompression;
  /** Of DuckDB's buffers, such as "1GB". */
  readonly memoryLimit?: string;
}

const ROWS_PER_GROUP = 122_880; // DuckDB's own choice, stated so that a new version cannot change the bytes unnoticed

/** Writes to a `.partial` file and renames it on close: `path` is absent, the former file or complete. */
export async function openParquetWriter(
  path: string,
  schema: readonly ParquetColumn[],
  { compression = "snappy", memoryLimit = "1GB" }: ParquetOptions = {},
): Promise<ParquetWriter> {
  checkSchema(schema);
  const [partial, scratch] = [`${path}.partial`, `${path}.scratch`];
  const spool = await openSpoolWriter(scratch, schema);
  let rows = 0;
  let isOpen = true;

  async function finish<T>(task: () => Promise<T>): Promise<T> {
    isOpen = false;
    try {
      await spool.close();
      return await task();
    } finally {
      await rm(scratch, { force: true });
      await rm(partial, { force: true }); // renamed by now, unless the task failed
    }
  }

  return {
    async append(columns) {
      if (!isOpen) throw new Error(`${path}: append after close or abort`);
      const length = commonLength(schema, columns);
      await spool.append(columns, length);
      rows += length;
    },
    async close() {
      if (!isOpen) throw new Error(`${path}: closed twice`);
      return finish(async () => {
        await copyOut({ scratch, schema, file: partial, compression, memoryLimit });
        const content = await contentOf(partial);
        await putInPlace(partial, path);
        return { rows, ...content };
      });
    },
    async abort() {
      if (isOpen) await finish(async () => {}).catch(() => {}); // what cannot be finished is thrown away all the same
    },
  };
}

interface CopyJob {
  readonly scratch: string;
  readonly schema: readonly ParquetColumn[];
  readonly file: string;
  readonly compression: ParquetCompression;
  readonly memoryLimit: string;
}

async function copyOut({ scratch, schema, file, compression, memoryLimit }: CopyJob): Promise<void> {
  // One thread: several would race for the order of rows, or wait for each other to keep it.
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: memoryLimit });
  const connection = await instance.connect();
  const reader = openSpoolReader(scratch, schema);
  try {
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: "spooled_rows",
        bindFunction: (info) => {
          for (const column of schema) info.addResultColumn(column.name, duckType(column));
        },
        initFunction: (info) => info.setMaxThreads(1),
        mainFunction: (_info, chunk) => fillChunk(chunk, schema, reader.next()),
      }),
    );
    await connection.run(
      `COPY (SELECT * FROM spooled_rows()) TO ${quoted(file)} (FORMAT parquet, PARQUET_VERSION v1, COMPRESSION ${compression}, ROW_GROUP_SIZE ${ROWS_PER_GROUP})`,
    );
  } finally {
    reader.close();
    connection.closeSync();
    instance.closeSync();
  }
}

/** No rows end the scan. */
function fillChunk(chunk: DuckDBDataChunk, schema: readonly ParquetColumn[], page: SpooledPage | null): void {
  chunk.rowCount = page?.rows ?? 0;
  if (page === null) return;
  for (const [index, column] of schema.entries()) {
    const vector = chunk.getColumnVector(index);
    const value = valueReader(column, page.columns[index]!);
    for (let row = 0; row < page.rows; row++) vector.setItem(row, value(row));
    vector.flush();
  }
}

function valueReader({ type, width = 1 }: ParquetColumn, values: ParquetValues): (row: number) => DuckDBValue {
  switch (type) {
    case "bool":
      return (row) => values[row] === 1;
    case "vector":
      return (row) => listValue(Array.from({ length: width }, (_, k) => values[row * width + k]!));
    default:
      return (row) => values[row]!;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

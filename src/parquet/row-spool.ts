/**
 * Rows on their way into a Parquet file: a scratch file of pages of equal size, written as rows come and read back
 * in one go, synchronously, because that is how DuckDB asks a table function for its next rows. Memory stays within
 * a page and a write buffer.
 *
 * Page: uint32 rows | uint32 bytes of the rest | each column's bytes; text is [rows + 1] uint32 offsets, then UTF-8.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { ParquetColumn, ParquetValues } from "./parquet-columns.ts";

/** DuckDB's vector size: a chunk cannot be larger. Only the last page may have fewer rows. */
const ROWS_PER_PAGE = 2048;

const HEADER_BYTES = 8;
const WRITE_BYTES = 2 ** 20;

export interface SpoolWriter {
  append(columns: Readonly<Record<string, ParquetValues>>, length: number): Promise<void>;
  close(): Promise<void>;
}

export async function openSpoolWriter(path: string, schema: readonly ParquetColumn[]): Promise<SpoolWriter> {
  const handle = await open(path, "w");
  const pages = schema.map((column) => pageColumn(column));
  let rows = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  async function write(): Promise<void> {
    await handle.writeFile(Buffer.concat(pending)); // goes on where the last one ended
    pending = [];
    pendingBytes = 0;
  }
  function closePage(): void {
    const parts = pages.map((page) => page.take(rows));
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const header = new Uint8Array(Uint32Array.of(rows, bytes).buffer);
    pending.push(header, ...parts);
    pendingBytes += HEADER_BYTES + bytes;
    rows = 0;
  }

  return {
    async append(columns, length) {
      for (let from = 0; from < length; ) {
        const to = Math.min(length, from + ROWS_PER_PAGE - rows);
        for (const [index, { name }] of schema.entries()) pages[index]!.push(columns[name]!, from, to, rows);
        rows += to - from;
        from = to;
        if (rows === ROWS_PER_PAGE) closePage();
        if (pendingBytes >= WRITE_BYTES) await write();
      }
    },
    async close() {
      if (rows > 0) closePage();
      if (pending.length > 0) await write();
      await handle.close();
    },
  };
}

/** Values of one page; text as strings, everything else as a typed array. */
export interface SpooledPage {
  readonly rows: number;
  readonly columns: readonly ParquetValues[];
}

export interface SpoolReader {
  /** Null after the last page. */
  next(): SpooledPage | null;
  close(): void;
}

export function openSpoolReader(path: string, schema: readonly ParquetColumn[]): SpoolReader {
  const descriptor = openSync(path, "r");
  const header = new Uint32Array(2);
  const headerBytes = new Uint8Array(header.buffer);
  return {
    next() {
      if (readSync(descriptor, headerBytes) === 0) return null;
      const [rows = 0, bytes = 0] = header;
      const page = new Uint8Array(bytes);
      if (readSync(descriptor, page) !== bytes) throw new RangeError(`${path}: a page of the scratch file is cut off`);
      let at = 0;
      const columns = schema.map((column) => {
        const { values, size } = columnOf(column, page, at, rows);
        at += size;
        return values;
      });
      return { rows, columns };
    },
    close: () => closeSync(descriptor),
  };
}

interface PageColumn {
  push(values: ParquetValues, from: number, to: number, at: number): void;
  take(rows: number): Uint8Array;
}

function pageColumn({ type, width = 1 }: ParquetColumn): PageColumn {
  if (type === "utf8") return textColumn();
  const elements = type === "vector" ? width : 1;
  const store = storeOf(type, ROWS_PER_PAGE * elements);
  const bytes = new Uint8Array(store.buffer);
  return {
    push(values, from, to, at) {
      // commonLength has checked.
      if (!ArrayBuffer.isView(values)) throw new TypeError("text handed to a column of numbers");
      const size = store.BYTES_PER_ELEMENT * elements;
      bytes.set(new Uint8Array(values.buffer, values.byteOffset + from * size, (to - from) * size), at * size);
    },
    take: (rows) => bytes.slice(0, rows * store.BYTES_PER_ELEMENT * elements),
  };
}

function textColumn(): PageColumn {
  let texts: string[] = [];
  return {
    push(values, from, to) {
      for (let row = from; row < to; row++) texts.push(String(values[row]));
    },
    take(rows) {
      const encoded = texts.map((text) => Buffer.from(text, "utf8"));
      const offsets = new Uint32Array(rows + 1);
      for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + encoded[row]!.length;
      texts = [];
      return Buffer.concat([new Uint8Array(offsets.buffer), ...encoded]);
    },
  };
}

type Store = Uint32Array | BigInt64Array | Float32Array | Uint8Array;

function storeOf(type: Exclude<ParquetColumn["type"], "utf8">, length: number): Store {
  switch (type) {
    case "uint32":
      return new Uint32Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "float32":
    case "vector":
      return new Float32Array(length);
    case "bool":
      return new Uint8Array(length);
    default:
      return type satisfies never;
  }
}

function columnOf(
  { type, width = 1 }: ParquetColumn,
  page: Uint8Array,
  at: number,
  rows: number,
): { readonly values: ParquetValues; readonly size: number } {
  if (type === "utf8") {
    const start = at + 4 * (rows + 1);
    const offsets = new Uint32Array(page.slice(at, start).buffer);
    const text = Buffer.from(page.buffer, page.byteOffset + start, offsets[rows]);
    const values = Array.from({ length: rows }, (_, row) => text.toString("utf8", offsets[row], offsets[row + 1]));
    return { values, size: 4 * (rows + 1) + offsets[rows]! };
  }
  const store = storeOf(type, rows * (type === "vector" ? width : 1));
  new Uint8Array(store.buffer).set(page.subarray(at, at + store.byteLength));
  return { values: store, size: store.byteLength };
}

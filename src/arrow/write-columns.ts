/**
 * Typed arrays to an Arrow IPC file, in record batches of bounded size: bytes depend on the rows only, not
 * on how they were appended.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import { AsyncByteQueue, makeData, RecordBatch, RecordBatchFileWriter, type Schema, Struct } from "apache-arrow";
import type { FileContent } from "../files/file-content.ts";
import { openFileWriter } from "../files/file-writer.ts";
import { makeColumnBuffer } from "./column-buffer.ts";
import { arrowSchema, type ColumnSchema, type ColumnValues } from "./column-schema.ts";

/** Rows of a full record batch; only a file's last batch may be smaller. */
export const ROWS_PER_BATCH = 65_536;

/** `await using` aborts at the end of the block what was not closed in it. */
export interface ColumnWriter extends AsyncDisposable {
  /**
   * Appends rows; the arrays are copied. `validity`, for nullable columns only, has a 0 where a row is null.
   * One call at a time: await each before the next.
   */
  append(
    columns: Readonly<Record<string, ColumnValues>>,
    validity?: Readonly<Record<string, Uint8Array>>,
  ): Promise<void>;
  /** Finishes the file and gives it its own name. */
  close(): Promise<WrittenColumns>;
  /** Leaves nothing behind; harmless after close. */
  abort(): Promise<void>;
}

export interface WrittenColumns extends FileContent {
  readonly rows: number;
}

/**
 * Writes to a `.partial` file and renames it on close: `path` is absent, the former file or complete. Where several
 * processes may write the same file at once, each needs a `partial` of its own, such as workName gives.
 */
export async function openColumnWriter(path: string, schema: ColumnSchema, partial?: string): Promise<ColumnWriter> {
  const stored = arrowSchema(schema);
  const file = await openFileWriter(path, partial);
  const output = new CollectedBytes();
  const arrowWriter = new RecordBatchFileWriter();
  arrowWriter.reset(output, stored);
  const buffers = schema.map((declaration) => makeColumnBuffer(declaration, ROWS_PER_BATCH));
  let pendingRows = 0;
  let rows = 0;
  let isOpen = true;

  async function drain(): Promise<void> {
    for (const chunk of output.take()) await file.append(chunk);
  }

  async function flushBatch(): Promise<void> {
    const children = buffers.map((buffer) => buffer.take());
    arrowWriter.write(recordBatch(stored, children, pendingRows));
    pendingRows = 0;
    await drain();
  }

  async function abort(): Promise<void> {
    isOpen = false;
    await file.abort();
  }

  return {
    async append(columns, validity = {}) {
      if (!isOpen) throw new Error(`${path}: append after close or abort`);
      const length = commonLength(schema, columns, validity);
      let from = 0;
      while (from < length) {
        const to = Math.min(length, from + ROWS_PER_BATCH - pendingRows);
        for (const [index, { name }] of schema.entries()) {
          buffers[index]!.push(columns[name]!, validity[name] ?? null, from, to);
        }
        pendingRows += to - from;
        rows += to - from;
        from = to;
        if (pendingRows === ROWS_PER_BATCH) await flushBatch();
      }
    },
    async close() {
      if (!isOpen) throw new Error(`${path}: closed twice`);
      if (pendingRows > 0) await flushBatch();
      arrowWriter.close();
      await drain();
      isOpen = false;
      return { rows, ...(await file.close()) };
    },
    abort,
    [Symbol.asyncDispose]: abort,
  };
}

/** A file in one go: `fill` appends its rows; nothing is left behind where it throws. */
export async function writeColumns(
  path: string,
  schema: ColumnSchema,
  fill: (append: ColumnWriter["append"]) => Promise<void>,
  partial?: string,
): Promise<WrittenColumns> {
  const writer = await openColumnWriter(path, schema, partial);
  try {
    await fill(writer.append);
    return await writer.close();
  } finally {
    await writer.abort();
  }
}

/** Keeps what the Arrow writer emits until the file has taken it, so that memory stays within one batch. */
class CollectedBytes extends AsyncByteQueue {
  private chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.chunks.push(chunk);
  }

  take(): Uint8Array[] {
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }
}

function recordBatch(schema: Schema, children: ReturnType<typeof makeData>[], length: number): RecordBatch {
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

function commonLength(
  schema: ColumnSchema,
  columns: Readonly<Record<string, ColumnValues>>,
  validity: Readonly<Record<string, Uint8Array>>,
): number {
  const expected = schema.map(({ name }) => name);
  const given = Object.keys(columns);
  if (given.length !== expected.length || expected.some((name) => columns[name] === undefined)) {
    throw new RangeError(`append: columns are [${given.join(", ")}], expected [${expected.join(", ")}]`);
  }
  const [first = 0, ...others] = schema.map(({ name, width = 1 }) => columns[name]!.length / width);
  const maps = Object.values(validity).map((map) => map.length);
  if ([...others, ...maps].some((length) => length !== first)) {
    const lengths = expected.map((name, index) => `${name} ${[first, ...others][index]}`).join(", ");
    throw new RangeError(`append: columns have different lengths (${lengths}; validity ${maps.join(", ") || "none"})`);
  }
  return first;
}

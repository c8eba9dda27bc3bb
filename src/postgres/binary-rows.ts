/**
 * Rows in COPY's binary format, which gives the same bytes whichever side writes it: each value as PostgreSQL
 * sends it. https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
 */

export type BinaryColumn =
  | { readonly type: "bigint"; readonly values: BigInt64Array }
  | { readonly type: "text"; readonly values: readonly string[] }
  | { readonly type: "integer"; readonly values: Uint32Array }
  | { readonly type: "real"; readonly values: Float32Array };

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
/** Signature, flags and the length of an extension, which there is none of. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

const ROWS_AT_ONCE = 4096;

/** Each element of `batches` is some rows: columns of one length. Integers are below 2^31. */
export async function* binaryRows(batches: AsyncIterable<readonly BinaryColumn[]>): AsyncGenerator<Buffer> {
  yield HEADER;
  for await (const columns of batches) {
    const rows = columns[0]?.values.length ?? 0;
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      yield encoded(columns, from, Math.min(rows, from + ROWS_AT_ONCE));
    }
  }
  yield TRAILER;
}

function encoded(columns: readonly BinaryColumn[], from: number, to: number): Buffer {
  let bytes = 0;
  for (const column of columns) bytes += bytesOf(column, from, to);
  const out = Buffer.allocUnsafe(2 * (to - from) + bytes);
  let at = 0;
  for (let row = from; row < to; row++) {
    at = out.writeInt16BE(columns.length, at);
    for (const column of columns) at = writeValue(out, at, column, row);
  }
  return out;
}

function bytesOf(column: BinaryColumn, from: number, to: number): number {
  const rows = to - from;
  switch (column.type) {
    case "bigint":
      return rows * 12;
    case "integer":
    case "real":
      return rows * 8;
    case "text": {
      let bytes = rows * 4;
      for (let row = from; row < to; row++) bytes += Buffer.byteLength(column.values[row]!);
      return bytes;
    }
    default:
      return column satisfies never;
  }
}

/** Length and value; returns where the next one begins. */
function writeValue(out: Buffer, at: number, column: BinaryColumn, row: number): number {
  switch (column.type) {
    case "bigint":
      return out.writeBigInt64BE(column.values[row]!, out.writeInt32BE(8, at));
    case "integer":
      return out.writeInt32BE(column.values[row]!, out.writeInt32BE(4, at));
    case "real":
      return out.writeFloatBE(column.values[row]!, out.writeInt32BE(4, at));
    case "text": {
      const length = out.write(column.values[row]!, at + 4, "utf8");
      out.writeInt32BE(length, at);
      return at + 4 + length;
    }
    default:
      return column satisfies never;
  }
}

/**
 * A walk over the message headers of Arrow IPC data, before the library reads it: the library follows a damaged length
 * backwards, or counts rows that are not there, and hardly ever returns. Layout: "Encapsulated message format" of the Arrow columnar specification, and the flatbuffer
 * table Message { version, header_type, header, bodyLength, ... }, where a record batch's header is { length, nodes, buffers, ... }.
 */
import type { FileHandle } from "node:fs/promises";

const CONTINUATION = 0xffffffff;
/** 1 is a schema, 2 a dictionary batch. */
const RECORD_BATCH = 3;
const HEADER_TYPE_FIELD = 1;
const HEADER_FIELD = 2;
const BODY_LENGTH_FIELD = 3;
const ROWS_FIELD = 0;
const NODES_FIELD = 1;
const BUFFERS_FIELD = 2;
const FOOTER_BLOCK_FIELDS = [2, 3];
const FOOTER_BLOCK_BYTES = 24;

/** Throws RangeError for the first message, from byte `start` on, that is damaged or leaves the file's `bytes`. Reads headers only. */
export async function checkMessages(handle: FileHandle, start: number, bytes: number): Promise<void> {
  let at = start;
  while (at < bytes) {
    const prefix = await readAt(handle, at, Math.min(8, bytes - at));
    const isCurrent = prefix.length >= 4 && prefix.readUInt32LE(0) === CONTINUATION;
    const prefixBytes = isCurrent ? 8 : 4; // before version 0.15 there was no continuation marker
    if (prefix.length < prefixBytes) throw new RangeError(`it ends within a message's length, at byte ${at}`);
    const metadataBytes = prefix.readInt32LE(prefixBytes - 4);
    if (metadataBytes === 0) return; // end of the messages
    if (metadataBytes < 0 || at + prefixBytes + metadataBytes > bytes) {
      throw new RangeError(
        `the message at byte ${at} claims ${metadataBytes} bytes of metadata, the file has ${bytes}`,
      );
    }
    const message = messageOf(await readAt(handle, at + prefixBytes, metadataBytes));
    if (message.type < 1 || message.type > RECORD_BATCH || message.bodyBytes < 0) {
      throw new RangeError(
        `the message at byte ${at} is of type ${message.type} with ${message.bodyBytes} bytes of body`,
      );
    }
    // A bit a row is the least that a column takes.
    const wrong = message.lengths.find((length) => length < 0 || length > 8 * bytes);
    if (wrong !== undefined) {
      throw new RangeError(`the batch at byte ${at} claims ${wrong} rows or nulls, the file has ${bytes} bytes`);
    }
    at += prefixBytes + metadataBytes + message.bodyBytes;
    if (at > bytes) throw new RangeError(`truncated: a message needs ${at} bytes, the file has ${bytes}`);
  }
}

/** Throws RangeError when a file's footer, the table { version, schema, dictionaries, recordBatches }, lists more blocks than it holds. */
export function checkFooter(footer: Buffer): void {
  const table = footer.readUInt32LE(0);
  for (const field of FOOTER_BLOCK_FIELDS) {
    const at = fieldOf(footer, table, field);
    const blocks = at === null ? 0 : footer.readUInt32LE(follow(footer, at));
    if (blocks * FOOTER_BLOCK_BYTES > footer.length) {
      throw new RangeError(`its footer of ${footer.length} bytes claims ${blocks} blocks`);
    }
  }
}

interface MessageHead {
  readonly type: number;
  readonly bodyBytes: number;
  /** Rows of a record batch, and rows and nulls of each of its columns; empty for other messages. */
  readonly lengths: readonly number[];
}

function messageOf(metadata: Buffer): MessageHead {
  const table = metadata.readUInt32LE(0);
  const typeAt = fieldOf(metadata, table, HEADER_TYPE_FIELD);
  const bodyAt = fieldOf(metadata, table, BODY_LENGTH_FIELD);
  const headerAt = fieldOf(metadata, table, HEADER_FIELD);
  const type = typeAt === null ? 0 : metadata.readUInt8(typeAt);
  return {
    type,
    bodyBytes: bodyAt === null ? 0 : Number(metadata.readBigInt64LE(bodyAt)),
    lengths: type === RECORD_BATCH && headerAt !== null ? lengthsOf(metadata, follow(metadata, headerAt)) : [],
  };
}

function lengthsOf(metadata: Buffer, batch: number): number[] {
  const rowsAt = fieldOf(metadata, batch, ROWS_FIELD);
  pairsAt(metadata, batch, BUFFERS_FIELD);
  const places = [...(rowsAt === null ? [] : [rowsAt]), ...pairsAt(metadata, batch, NODES_FIELD)];
  return places.map((place) => Number(metadata.readBigInt64LE(place)));
}

/** Places of the 64-bit numbers of a vector of pairs, which stands behind its own 32-bit length. Throws when it leaves the metadata. */
function pairsAt(metadata: Buffer, batch: number, field: number): number[] {
  const at = fieldOf(metadata, batch, field);
  if (at === null) return [];
  const vector = follow(metadata, at);
  const pairs = metadata.readUInt32LE(vector);
  if (vector + 4 + 16 * pairs > metadata.length) throw new RangeError(`a batch claims ${pairs} columns or buffers`);
  return Array.from({ length: 2 * pairs }, (_, k) => vector + 4 + 8 * k);
}

function follow(metadata: Buffer, place: number): number {
  return place + metadata.readUInt32LE(place);
}

/** Place of a field of the flatbuffer table at `table`; null when it has its default. */
function fieldOf(metadata: Buffer, table: number, field: number): number | null {
  const fields = table - metadata.readInt32LE(table);
  const place = 4 + 2 * field;
  const offset = place + 2 <= metadata.readUInt16LE(fields) ? metadata.readUInt16LE(fields + place) : 0;
  return offset === 0 ? null : table + offset;
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

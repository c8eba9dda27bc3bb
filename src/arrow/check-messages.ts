/**
 * A walk over the messages and the footer of Arrow IPC data, before the library reads it: the library follows a
 * damaged length backwards, or counts rows that are not there, and hardly ever returns. Layout: "Encapsulated
 * message format" and "IPC file format" of the Arrow columnar specification. Reads metadata only; what the
 * columns hold is not looked at.
 */
import type { FileHandle } from "node:fs/promises";
import { elementOffsets, fieldOffset, pointedOffset, verifiedRoot } from "./flatbuffer.ts";
import {
  COMPRESSION,
  DICTIONARY_BATCH,
  FIELD,
  FOOTER,
  footerLayout,
  HEADER,
  MESSAGE,
  messageLayout,
  RECORD_BATCH,
  SCHEMA,
  TYPES_OF_ONE_CHILD,
} from "./metadata-layout.ts";
import { unpackedBytes } from "./packed-bodies.ts";

const CONTINUATION = 0xffffffff;

/** Where a message stands in its file. */
export interface MessageRange {
  readonly at: number;
  /** Number of its header, as in HEADER. */
  readonly header: number;
  /** Up to the next message. */
  readonly bytes: number;
}

/** Throws RangeError for the first message, from byte `start` on, that is damaged or leaves the file's `bytes`. */
export async function checkMessages(handle: FileHandle, start: number, bytes: number): Promise<MessageRange[]> {
  const messages: MessageRange[] = [];
  let at = start;
  while (at < bytes) {
    const message = await readMessage(handle, at, bytes);
    if (message === null) break;
    messages.push(message);
    at += message.bytes;
    if (at > bytes) throw new RangeError(`truncated: a message needs ${at} bytes, the file has ${bytes}`);
  }
  return messages;
}

/** Throws RangeError when a file's footer is damaged or lists batches that are not among `messages`. */
export function checkFooter(footer: Buffer, messages: readonly MessageRange[]): void {
  const table = verifiedRoot(footer, footerLayout);
  const schema = pointedOffset(footer, table, FOOTER.schema);
  if (schema === null) throw new RangeError("its footer has no schema");
  checkSchema(footer, schema);
  const headers = new Map(messages.map(({ at, header }) => [at, header]));
  for (const [slot, header] of [
    [FOOTER.dictionaryBatches, HEADER.dictionaryBatch],
    [FOOTER.recordBatches, HEADER.recordBatch],
  ] as const) {
    for (const block of elementOffsets(footer, table, slot, FOOTER.blockBytes)) {
      // The lengths behind it are not looked at: the library goes by the message's own.
      const at = Number(footer.readBigInt64LE(block));
      if (headers.get(at) !== header) throw new RangeError(`its footer lists a batch at byte ${at} that is not there`);
    }
  }
}

/** Null at the end of the messages. */
async function readMessage(handle: FileHandle, at: number, bytes: number): Promise<MessageRange | null> {
  const prefix = await readAt(handle, at, Math.min(8, bytes - at));
  const isCurrent = prefix.length >= 4 && prefix.readUInt32LE(0) === CONTINUATION;
  const prefixBytes = isCurrent ? 8 : 4; // before version 0.15 there was no continuation marker
  if (prefix.length < prefixBytes) throw new RangeError(`it ends within a message's length, at byte ${at}`);
  const length = prefix.readInt32LE(prefixBytes - 4);
  if (length === 0) return null;
  if (length < 0 || at + prefixBytes + length > bytes) {
    throw new RangeError(`the message at byte ${at} claims ${length} bytes of metadata, the file has ${bytes}`);
  }
  const bodyAt = at + prefixBytes + length;
  const metadata = await readAt(handle, at + prefixBytes, length);
  const { header, bodyBytes } = await checkMetadata(metadata, { handle, at, bodyAt, bytes });
  return { at, header, bytes: prefixBytes + length + bodyBytes };
}

/** Of a message that begins at byte `at` of a file of `bytes`. */
interface Place {
  readonly handle: FileHandle;
  readonly at: number;
  readonly bodyAt: number;
  readonly bytes: number;
}

async function checkMetadata(metadata: Buffer, place: Place): Promise<{ header: number; bodyBytes: number }> {
  const { at } = place;
  const table = verifiedRoot(metadata, messageLayout);
  const numberAt = fieldOffset(metadata, table, MESSAGE.headerNumber);
  const bodyBytesAt = fieldOffset(metadata, table, MESSAGE.bodyBytes);
  const headerAt = pointedOffset(metadata, table, MESSAGE.header);
  const bodyBytes = bodyBytesAt === null ? 0 : Number(metadata.readBigInt64LE(bodyBytesAt));
  if (numberAt === null || headerAt === null || bodyBytes < 0) {
    throw new RangeError(`the message at byte ${at} has no header, or ${bodyBytes} bytes of body`);
  }
  const header = metadata.readUInt8(numberAt);
  if (header === HEADER.schema) checkSchema(metadata, headerAt);
  if (header === HEADER.recordBatch) await checkBatch(metadata, headerAt, { ...place, bodyBytes });
  if (header === HEADER.dictionaryBatch) {
    const data = pointedOffset(metadata, headerAt, DICTIONARY_BATCH.data);
    if (data === null) throw new RangeError(`the dictionary at byte ${at} has no words`);
    await checkBatch(metadata, data, { ...place, bodyBytes });
  }
  return { header, bodyBytes };
}

function checkSchema(metadata: Buffer, schema: number): void {
  const endianness = fieldOffset(metadata, schema, SCHEMA.endianness);
  if (endianness !== null && metadata.readInt16LE(endianness) !== 0) {
    throw new RangeError("its numbers are big-endian, which this reader does not support");
  }
  for (const at of elementOffsets(metadata, schema, SCHEMA.fields, 4)) {
    checkField(metadata, at + metadata.readUInt32LE(at));
  }
}

function checkField(metadata: Buffer, field: number): void {
  const numberAt = fieldOffset(metadata, field, FIELD.typeNumber);
  const children = elementOffsets(metadata, field, FIELD.children, 4);
  if (numberAt !== null && TYPES_OF_ONE_CHILD.has(metadata.readUInt8(numberAt)) && children.length !== 1) {
    throw new RangeError(`a column of lists has ${children.length} kinds of elements`);
  }
  for (const at of children) checkField(metadata, at + metadata.readUInt32LE(at));
}

/** Counts and offsets of a batch. */
async function checkBatch(
  metadata: Buffer,
  batch: number,
  { handle, at, bodyAt, bytes, bodyBytes }: Place & { readonly bodyBytes: number },
): Promise<void> {
  const long = (offset: number): number => Number(metadata.readBigInt64LE(offset));
  const buffers = elementOffsets(metadata, batch, RECORD_BATCH.buffers, RECORD_BATCH.pairBytes).map((offset) => {
    const [from, length] = [long(offset), long(offset + 8)];
    if (from < 0 || length < 0 || from + length > bodyBytes) {
      throw new RangeError(`the batch at byte ${at} has a column in bytes ${from} to ${from + length} of ${bodyBytes}`);
    }
    return { at: bodyAt + from, bytes: length };
  });
  const packing = pointedOffset(metadata, batch, RECORD_BATCH.compression);
  const codecAt = packing === null ? null : fieldOffset(metadata, packing, COMPRESSION.codec);
  const held =
    packing === null ? bytes : await unpackedBytes(handle, codecAt === null ? 0 : metadata.readInt8(codecAt), buffers);
  const rowsAt = fieldOffset(metadata, batch, RECORD_BATCH.rows);
  const columns = elementOffsets(metadata, batch, RECORD_BATCH.columns, RECORD_BATCH.pairBytes);
  const counts = [...(rowsAt === null ? [] : [rowsAt]), ...columns.flatMap((offset) => [offset, offset + 8])].map(long);
  // A bit a row is the least that a column takes.
  const wrong = counts.find((count) => count < 0 || count > 8 * held);
  if (wrong !== undefined) {
    throw new RangeError(`the batch at byte ${at} claims ${wrong} rows or nulls, and has ${held} bytes`);
  }
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

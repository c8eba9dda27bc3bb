/** Opening a file that claims to be Arrow, and saying plainly what is wrong when it is not. */
import { type FileHandle, open } from "node:fs/promises";
import { type AsyncRecordBatchFileReader, type RecordBatch, RecordBatchReader, type Schema } from "apache-arrow";
import { DataError, messageOf } from "../errors.ts";
import { checkFooter, checkMessages } from "./check-messages.ts";
import { HEADER } from "./metadata-layout.ts";

const MAGIC = "ARROW1";
/** Behind the magic and its padding. */
const FIRST_MESSAGE = 8;
const STREAM_CONTINUATION = 0xffffffff;
/** Magic and padding in front; footer length and magic behind. */
const LEAST_FILE_BYTES = 8 + 10;

/** Owns an open file: whoever opens it closes it. */
export interface ArrowFile {
  readonly schema: Schema;
  /** In file order, read one by one. May be consumed once. */
  batches(): AsyncGenerator<RecordBatch>;
  close(): Promise<void>;
}

/** Opens the IPC file format, the only one we write. Throws DataError. */
export async function openArrowFile(path: string): Promise<ArrowFile> {
  return openChecked(path, async (handle, bytes) => {
    if (!(await startsWithMagic(handle))) {
      throw new DataError(`${path}: not an Arrow file (it does not begin with ${MAGIC})`);
    }
    await checkFile(path, handle, bytes);
  });
}

/** Opens the IPC file format or the IPC stream format, whichever it is. Throws DataError. */
export async function openArrowFileOrStream(path: string): Promise<ArrowFile> {
  return openChecked(path, async (handle, bytes) => {
    if (await startsWithMagic(handle)) return checkFile(path, handle, bytes);
    const head = Buffer.alloc(8);
    const { bytesRead } = await handle.read(head, 0, 8, 0);
    if (bytesRead < 8 || head.readUInt32LE(0) !== STREAM_CONTINUATION || head.readUInt32LE(4) > bytes) {
      throw new DataError(
        `${path}: not Arrow (it begins with neither ${MAGIC} nor a stream's first message); Feather version 1 must be rewritten as version 2`,
      );
    }
    await explained(path, async () => {
      const messages = await checkMessages(handle, 0, bytes);
      if (messages[0]?.header !== HEADER.schema) throw new RangeError("it does not begin with a schema");
    });
  });
}

/** Runs one call into the Arrow library, whose own errors name neither the file nor the remedy. */
export async function explained<T>(path: string, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = messageOf(error);
    throw new DataError(`${path}: corrupt Arrow file (${reason}); write it again`, { cause: error });
  }
}

async function openChecked(
  path: string,
  check: (handle: FileHandle, bytes: number) => Promise<void>,
): Promise<ArrowFile> {
  const handle = await openForReading(path);
  try {
    const { size } = await handle.stat();
    if (size === 0) throw new DataError(`${path}: the file is empty, expected Arrow data`);
    await check(handle, size);
    const reader = await explained(path, async () => (await RecordBatchReader.from(handle)).open());
    const { schema } = reader;
    if (schema === undefined || schema === null) throw new DataError(`${path}: corrupt Arrow file (it has no schema)`);
    return { schema, batches: () => batchesOf(path, reader), close: () => closeQuietly(handle) };
  } catch (error) {
    await closeQuietly(handle);
    throw error;
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "r");
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw new DataError(`${path}: is a folder, expected an Arrow file`);
    }
    return handle;
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = messageOf(error);
    throw new DataError(`${path}: cannot be opened (${reason})`, { cause: error });
  }
}

async function startsWithMagic(handle: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(MAGIC.length);
  await handle.read(head, 0, head.length, 0);
  return head.toString("latin1") === MAGIC;
}

/** The last ten bytes are the footer's length and the magic; a cut file ends in something else. */
async function checkFile(path: string, handle: FileHandle, bytes: number): Promise<void> {
  const tail = Buffer.alloc(10);
  if (bytes >= LEAST_FILE_BYTES) await handle.read(tail, 0, tail.length, bytes - tail.length);
  if (tail.toString("latin1", 4) !== MAGIC) {
    throw new DataError(`${path}: truncated Arrow file (${bytes} bytes, no closing ${MAGIC}); write or copy it again`);
  }
  const footerBytes = tail.readInt32LE(0);
  if (footerBytes < 1 || footerBytes > bytes - LEAST_FILE_BYTES) {
    throw new DataError(
      `${path}: corrupt Arrow file (its footer claims ${footerBytes} bytes of ${bytes}); write or copy it again`,
    );
  }
  const footerStart = bytes - tail.length - footerBytes;
  const footer = Buffer.alloc(footerBytes);
  await handle.read(footer, 0, footerBytes, footerStart);
  await explained(path, async () => checkFooter(footer, await checkMessages(handle, FIRST_MESSAGE, footerStart)));
}

type Reader = Awaited<ReturnType<RecordBatchReader["open"]>>;

async function* batchesOf(path: string, reader: Reader): AsyncGenerator<RecordBatch> {
  if (isFileReader(reader)) return yield* batchesByNumber(path, reader);
  for (;;) {
    const next = await explained(path, () => reader.next());
    if (next.done === true) return;
    yield next.value;
  }
}

function isFileReader(reader: Reader): reader is AsyncRecordBatchFileReader {
  return reader.isFile() && reader.isAsync();
}

/** Not with next(): it asks for a batch whose header is damaged again and again, for ever. */
async function* batchesByNumber(path: string, reader: AsyncRecordBatchFileReader): AsyncGenerator<RecordBatch> {
  for (let number = 0; number < reader.numRecordBatches; number++) {
    const batch = await explained(path, () => reader.readRecordBatch(number));
    if (batch === null) {
      throw new DataError(
        `${path}: corrupt Arrow file (batch ${number + 1} of ${reader.numRecordBatches} is not where its footer says); write it again`,
      );
    }
    yield batch;
  }
}

/** The Arrow reader closes the handle itself at the end of the data; a second close is then refused, which is fine. */
async function closeQuietly(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

/**
 * Named members out of a zip archive, streamed to files: stored or deflated, up to 4 GiB, sizes and CRC-32 checked.
 * Layout: PKWARE's APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).
 */
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { DataError } from "../../src/errors.ts";

export interface MemberTarget {
  /** Path in the archive, with forward slashes. */
  readonly member: string;
  /** Written beside (`.partial`) and renamed when complete. */
  readonly path: string;
}

/** Throws DataError for an archive that is cut or damaged, a member that is missing, and compression other than deflate. */
export async function extractMembers(
  archive: string,
  targets: readonly MemberTarget[],
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(archive, "r");
  try {
    const entries = await readDirectory(archive, handle);
    for (const { member, path } of targets) {
      const entry = entries.get(member);
      if (entry === undefined) {
        throw new DataError(
          `${archive}: there is no member "${member}"; found ${[...entries.keys()].slice(0, 20).join(", ") || "none"}`,
        );
      }
      await extract({ archive, handle, entry, path, signal });
    }
  } finally {
    await handle.close();
  }
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Of the local header. */
  readonly offset: number;
}

const STORED = 0;
const DEFLATED = 8;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const IN_ZIP64 = 0xffffffff;

async function readDirectory(archive: string, handle: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await handle.stat();
  const tailBytes = Math.min(size, END_BYTES + LONGEST_COMMENT);
  const tail = await readExactly(archive, handle, size - tailBytes, tailBytes);
  const end = findEnd(tail);
  if (end < 0)
    throw new DataError(`${archive}: not a zip archive, or its end is missing; delete it and fetch it again`);
  const count = tail.readUInt16LE(end + 10);
  const directoryBytes = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (directoryOffset === IN_ZIP64 || count === 0xffff) {
    throw new DataError(`${archive}: zip64 archives are not supported; unpack it by hand`);
  }
  const directory = await readExactly(archive, handle, directoryOffset, directoryBytes);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let k = 0; k < count; k++) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw new DataError(`${archive}: its directory is damaged at entry ${k + 1} of ${count}; fetch it again`);
    }
    const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28);
    const entry = {
      name: directory.toString("utf8", at + ENTRY_BYTES, nameEnd),
      method: directory.readUInt16LE(at + 10),
      crc32: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    entries.set(entry.name, entry);
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) if (tail.readUInt32LE(at) === END_SIGNATURE) return at;
  return -1;
}

async function extract(options: {
  readonly archive: string;
  readonly handle: FileHandle;
  readonly entry: Entry;
  readonly path: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { archive, handle, entry, path, signal } = options;
  const { name, method, packedBytes } = entry;
  if (method !== STORED && method !== DEFLATED) {
    throw new DataError(`${archive}: member "${name}" uses compression method ${method}, expected stored or deflate`);
  }
  const header = await readExactly(archive, handle, entry.offset, LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw new DataError(`${archive}: member "${name}" is damaged (no header at byte ${entry.offset}); fetch it again`);
  }
  const start = entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const partial = `${path}.partial`;
  const output = await open(partial, "w");
  try {
    // createReadStream takes an inclusive end, which an empty member has none of.
    const source = packedBytes === 0 ? [] : createReadStream(archive, { start, end: start + packedBytes - 1 });
    const sink = (chunks: AsyncIterable<Buffer>): Promise<void> => writeChecked({ archive, entry, chunks, output });
    if (method === STORED) await pipeline(source, sink, { signal });
    else await pipeline(source, createInflateRaw(), sink, { signal });
    await output.sync();
    await output.close();
    await rename(partial, path);
  } catch (error) {
    await output.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw explainInflate(error, archive, name);
  }
}

async function writeChecked(options: {
  readonly archive: string;
  readonly entry: Entry;
  readonly chunks: AsyncIterable<Buffer>;
  readonly output: FileHandle;
}): Promise<void> {
  const { archive, entry, chunks, output } = options;
  let crc = 0;
  let bytes = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    bytes += chunk.length;
    await output.writeFile(chunk);
  }
  if (bytes !== entry.bytes || crc !== entry.crc32) {
    throw new DataError(
      `${archive}: member "${entry.name}" unpacks to ${bytes} bytes of CRC-32 ${crc.toString(16)}, expected ${entry.bytes} of ${entry.crc32.toString(16)}; fetch it again`,
    );
  }
}

function explainInflate(error: unknown, archive: string, name: string): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  if (!code.startsWith("Z_")) return error;
  return new DataError(`${archive}: member "${name}" is damaged (zlib says ${code}); fetch it again`, { cause: error });
}

async function readExactly(archive: string, handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, position + done);
    if (bytesRead === 0) throw new DataError(`${archive}: ends before byte ${position + bytes}; fetch it again`);
    done += bytesRead;
  }
  return buffer;
}

/** CRC-32 of ISO 3309, reflected polynomial 0xedb88320, a byte a step; continues from `previous`. */
function crc32(bytes: Uint8Array, previous: number): number {
  let crc = ~previous;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** What a file is by its first bytes; its name decides only between kinds of text, and for bytes that say nothing. */

import { open } from "node:fs/promises";
import { constants, createGunzip } from "node:zlib";
import { shellCommand } from "../../config/shell-command.ts";
import { DataError } from "../../errors.ts";

export type FileFormat = "parquet" | "json" | "arrow" | "text";
export type Compression = "gzip" | "zstd";

export interface SniffedFile {
  readonly format: FileFormat;
  readonly compression: Compression | null;
  /** The first bytes, unpacked; empty for zstd, which Node cannot unpack. */
  readonly head: Buffer;
}

export const HEAD_BYTES = 65_536;

/** What begins so is no table that can be read here, and how to make one of it. */
const FOREIGN: readonly { readonly magic: string; readonly what: string; readonly remedy: string }[] = [
  { magic: "PK\x03\x04", what: "a zip archive (or a workbook of a spreadsheet)", remedy: "unpack it: unzip FILE" },
  { magic: "PK\x05\x06", what: "an empty zip archive", remedy: "fetch it again" },
  { magic: "BZh", what: "compressed with bzip2", remedy: "unpack it: bunzip2 FILE" },
  { magic: "\xfd7zXZ\x00", what: "compressed with xz", remedy: "unpack it: unxz FILE" },
  { magic: "7z\xbc\xaf\x27\x1c", what: "a 7z archive", remedy: "unpack it: 7z x FILE" },
  { magic: "Rar!\x1a\x07", what: "a RAR archive", remedy: "unpack it: unrar x FILE" },
  { magic: "\x04\x22\x4d\x18", what: "compressed with LZ4", remedy: "unpack it: lz4 -d FILE" },
  { magic: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", what: "a workbook of a spreadsheet", remedy: "save it as CSV" },
  { magic: "SQLite format 3\x00", what: "a SQLite database", remedy: "export the table as CSV or Parquet" },
  { magic: "\x89HDF\r\n\x1a\n", what: "an HDF5 file", remedy: "export the table as CSV or Parquet" },
  { magic: "\x93NUMPY", what: "a NumPy array", remedy: "export it as CSV or Parquet" },
  { magic: "ORC", what: "an ORC file", remedy: "export the table as CSV or Parquet" },
  { magic: "Obj\x01", what: "an Avro file", remedy: "export the table as CSV or Parquet" },
];
const TAR_MAGIC = "ustar";
const TAR_MAGIC_AT = 257;

/** `name` is what the user knows the file by. Throws DataError for archives and the like, and for UTF-16. */
export async function sniffFile(path: string, name = path): Promise<SniffedFile> {
  const packed = await firstBytes(path);
  const compression = compressionIn(packed) ?? compressionOf(name);
  const head = compression === null ? packed : compression === "gzip" ? await gunzipHead(packed) : Buffer.alloc(0);
  refuseForeign(name, head);
  return { format: formatIn(head) ?? formatOf(name), compression, head };
}

export function formatOf(name: string): FileFormat {
  const bare = withoutCompression(name).toLowerCase();
  if (/\.(parquet|parq|pq)$/.test(bare)) return "parquet";
  if (/\.(jsonl|ndjson|json)$/.test(bare)) return "json";
  if (/\.(arrow|feather|ipc)$/.test(bare)) return "arrow";
  return "text";
}

/** A name without the extension of its compression. */
export function withoutCompression(name: string): string {
  return name.replace(/\.(gz|zst)$/i, "");
}

function compressionOf(name: string): Compression | null {
  if (/\.gz$/i.test(name)) return "gzip";
  return /\.zst$/i.test(name) ? "zstd" : null;
}

function compressionIn(head: Buffer): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? "zstd" : null;
}

function formatIn(head: Buffer): FileFormat | null {
  const magic = head.toString("latin1", 0, 8);
  if (magic.startsWith("PAR1")) return "parquet";
  if (magic.startsWith("ARROW1") || magic.startsWith("\xff\xff\xff\xff")) return "arrow";
  return /^(\ufeff)?\s*(\[\s*)?\{\s*("|\}|u?')/.test(head.toString("utf8", 0, 4096)) ? "json" : null;
}

function refuseForeign(name: string, head: Buffer): void {
  const text = head.toString("latin1", 0, 512);
  const foreign = FOREIGN.find(({ magic }) => text.startsWith(magic));
  if (foreign !== undefined) {
    throw new DataError(`${name}: ${foreign.what}; ${foreign.remedy.replace("FILE", name)}`);
  }
  if (text.startsWith(TAR_MAGIC, TAR_MAGIC_AT)) {
    throw new DataError(`${name}: a tar archive; unpack it: ${shellCommand("tar", "-xf", name)}`);
  }
  const endian = utf16In(head);
  if (endian !== null) {
    throw new DataError(
      `${name}: UTF-16 text, expected UTF-8; convert it, such as with iconv -f ${endian} -t UTF-8 ${name}`,
    );
  }
}

/** By its byte order mark, or since every other byte of the first few letters is 0. */
function utf16In(head: Buffer): string | null {
  const mark = head.toString("hex", 0, 2);
  if (mark === "fffe" || mark === "feff") return "UTF-16";
  const letters = head.subarray(0, 16);
  const isZero = (parity: number): boolean => letters.every((byte, at) => (at % 2 === parity) === (byte === 0));
  if (letters.length < 8) return null;
  return isZero(1) ? "UTF-16LE" : isZero(0) ? "UTF-16BE" : null;
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** As much as the bytes give; what is damaged in them shows when the file is read whole. */
async function gunzipHead(packed: Buffer): Promise<Buffer> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const pieces: Buffer[] = [];
  let bytes = 0;
  gunzip.end(packed);
  try {
    for await (const piece of gunzip) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= HEAD_BYTES) break;
    }
  } catch {
    // Told by whoever reads on.
  }
  return Buffer.concat(pieces);
}

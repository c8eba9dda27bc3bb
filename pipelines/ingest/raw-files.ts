/** The raw logs as files: which ones are meant, and what their bytes say (hash, encoding, whether they are whole). */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readlink, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError, messageOf } from "../../src/errors.ts";
import {
  type LogPlan,
  planForFile,
  planForFiles,
  recogniseLogs,
} from "../../src/interactions/sources/recognise-logs.ts";
import { type FileFormat, sniffFile } from "../../src/interactions/sources/sniff-file.ts";
import { filesIn, filesMatching } from "./list-files.ts";
import { zstdProblem } from "./zstd-frames.ts";

export interface RawLogs {
  readonly directory: string;
  readonly plan: LogPlan;
  /** Beside the log. */
  readonly brokenLinks: readonly string[];
}

export interface FileFacts {
  readonly bytes: number;
  /** Of the file as it lies there, compressed or not. */
  readonly sha256: string;
  readonly modifiedMs: number;
  readonly isUtf8: boolean;
  /** Nothing but blanks in it, unpacked. */
  readonly isEmpty: boolean;
  /** What it is read as, by its first bytes. */
  readonly format: FileFormat;
}

/** `raw` is a folder, a file, or a path with *, ** or ?. `remedy` is what to do where there is nothing. */
export async function findRawLogs(raw: string, remedy: string): Promise<RawLogs> {
  const found = await stat(raw).catch(() => null);
  if (found?.isDirectory()) {
    const files = await filesIn(raw);
    return { ...files, plan: recogniseLogs(raw, files.names) };
  }
  if (found?.isFile()) return { directory: dirname(raw), plan: planForFile(basename(raw)), brokenLinks: [] };
  if (found !== null) throw new DataError(`${raw}: neither a file nor a folder`);
  const link = await readlink(raw).catch(() => null);
  if (link !== null) throw new DataError(`${raw}: a link to ${link}, which is not there; mend the link`);
  if (!/[*?]/.test(raw)) {
    throw new DataError(`${raw}: there is no such file or folder; ${remedy}`);
  }
  const files = await filesMatching(raw);
  if (files.names.length === 0) throw new DataError(`${raw}: no file matches`);
  return { ...files, plan: planForFiles(files.names) };
}

/** Reads the whole file once. Throws DataError for a damaged file, archives and UTF-16. */
export async function inspectFile(path: string, signal: AbortSignal): Promise<FileFacts> {
  const digest = createHash("sha256");
  const text = new TextCheck();
  const hashed = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      digest.update(chunk);
      yield chunk;
    }
  };
  let isEmpty = true;
  const checked = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      text.take(chunk);
      isEmpty &&= chunk.every((byte) => byte <= 0x20);
    }
  };
  const facts = await stat(path);
  const { format, compression } = await sniffFile(path);
  try {
    if (compression === "gzip") await pipeline(createReadStream(path), hashed, createGunzip(), checked, { signal });
    else await pipeline(createReadStream(path), hashed, checked, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = messageOf(error);
    throw new DataError(`${path}: cannot be read to the end (${reason}); the file is cut or damaged, fetch it again`);
  }
  const problem = compression === "zstd" ? await zstdProblem(path) : null;
  if (problem !== null) throw new DataError(`${path}: ${problem}; the file is cut or damaged, fetch it again`);
  return {
    bytes: facts.size,
    sha256: digest.digest("hex"),
    modifiedMs: Math.trunc(facts.mtimeMs),
    // The bytes of a .zst are not its text; Node cannot unpack it, so --encoding must say what is not UTF-8.
    isUtf8: compression === "zstd" || text.isUtf8,
    isEmpty,
    format,
  };
}

/** Whether bytes that come in pieces are UTF-8; a character may be cut between two pieces. */
class TextCheck {
  isUtf8 = true;
  private rest = Buffer.alloc(0);

  take(chunk: Buffer): void {
    if (!this.isUtf8) return;
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const cut = unfinishedBytes(bytes);
    this.isUtf8 = isUtf8(bytes.subarray(0, bytes.length - cut));
    this.rest = Buffer.from(bytes.subarray(bytes.length - cut));
  }
}

/** How many bytes at the end begin a character that the next piece may finish. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return back < length ? back : 0;
  }
  return 0;
}

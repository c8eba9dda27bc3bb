/** The raw logs as files: which ones are meant, and what their bytes say (hash, encoding, whether they are whole). */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readlink, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackZstdFile } from "../../src/compression/zstd.ts";
import { addressText } from "../../src/config/address-text.ts";
import { DataError, messageOf } from "../../src/errors.ts";
import {
  type LogPlan,
  planForFile,
  planForFiles,
  recogniseLogs,
  type SplitWish,
} from "../../src/interactions/sources/recognise-logs.ts";
import { type FileFormat, sniffFile } from "../../src/interactions/sources/sniff-file.ts";
import { TextCheck } from "../../src/interactions/sources/text/text-check.ts";
import { filesIn, filesMatching } from "./list-files.ts";

export interface FoundLogs {
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
  /**
   * Whether it is to be read as UTF-8 although some lines may not be: false where it is plainly of another encoding.
   */
  readonly isUtf8: boolean;
  /** Lines that are not UTF-8. */
  readonly oddLines: number;
  /** Nothing but blanks in it, unpacked. */
  readonly isEmpty: boolean;
  /** What it is read as, by its first bytes. */
  readonly format: FileFormat;
}

/** `raw` is a folder, a file, or a path with *, ** or ?. `remedy` is what to do where there is nothing. */
export async function findRawLogs(raw: string, remedy: string, wish: SplitWish): Promise<FoundLogs> {
  const found = await stat(raw).catch(() => null);
  if (found?.isDirectory()) {
    const files = await filesIn(raw);
    return { ...files, plan: recogniseLogs(raw, files.names, wish) };
  }
  if (found?.isFile()) return { directory: dirname(raw), plan: planForFile(basename(raw)), brokenLinks: [] };
  if (found !== null) throw new DataError(`${raw}: neither a file nor a folder`);
  const link = await readlink(raw).catch(() => null);
  if (link !== null) throw new DataError(`${raw}: a link to ${link}, which is not there; mend the link`);
  if (!/[*?]/.test(raw)) {
    throw new DataError(`${addressText(raw)}: there is no such file or folder; ${remedy}`);
  }
  const files = await filesMatching(raw);
  if (files.names.length === 0) throw new DataError(`${raw}: no file matches`);
  return { ...files, plan: planForFiles(raw, files.names, wish) };
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
  const { format, compression } = await sniffFile(path);
  const isText = format === "text" || format === "json";
  const checked = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      signal.throwIfAborted();
      if (isText) text.take(chunk);
      isEmpty &&= chunk.every((byte) => byte <= 0x20);
    }
  };
  const facts = await stat(path);
  try {
    if (compression === "gzip") await pipeline(createReadStream(path), hashed, createGunzip(), checked, { signal });
    else if (compression === "zstd") await checked(unpackZstdFile(path, (packed) => void digest.update(packed)));
    else await pipeline(createReadStream(path), hashed, checked, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = messageOf(error);
    throw new DataError(`${path}: cannot be read to the end (${reason}); the file is cut or damaged, fetch it again`);
  }
  return {
    bytes: facts.size,
    sha256: digest.digest("hex"),
    modifiedMs: Math.trunc(facts.mtimeMs),
    isEmpty,
    format,
    ...text.facts(),
  };
}

/** The raw logs as files: which ones are meant, and what their bytes say (hash, encoding, whether they are whole). */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError, messageOf } from "../../src/errors.ts";
import { compressionOf, formatOf } from "../../src/interactions/sources/open-source.ts";
import {
  type LogPlan,
  planForFile,
  planForFiles,
  recogniseLogs,
  type SplitWish,
} from "../../src/interactions/sources/recognise-logs.ts";
import { TextCheck } from "./text-check.ts";
import { zstdProblem } from "./zstd-frames.ts";

export interface RawLogs {
  readonly directory: string;
  readonly plan: LogPlan;
}

export interface FileFacts {
  readonly bytes: number;
  /** Of the file as it lies there, compressed or not. */
  readonly sha256: string;
  readonly modifiedMs: number;
  /** Whether it is to be read as UTF-8 although some lines may not be: false where it is plainly of another encoding. */
  readonly isUtf8: boolean;
  /** Lines that are not UTF-8. */
  readonly oddLines: number;
}

/** `raw` is a folder, a file, or a path whose last part holds * or ?. `remedy` is what to do where there is nothing. */
export async function findRawLogs(raw: string, remedy: string, wish: SplitWish): Promise<RawLogs> {
  const found = await stat(raw).catch(() => null);
  if (found?.isDirectory()) return { directory: raw, plan: recogniseLogs(raw, await fileNames(raw), wish) };
  if (found?.isFile()) return { directory: dirname(raw), plan: planForFile(basename(raw)) };
  if (found !== null) throw new DataError(`${raw}: neither a file nor a folder`);
  if (!/[*?]/.test(basename(raw))) {
    throw new DataError(`${raw}: there is no such file or folder; ${remedy}`);
  }
  const pattern = globPattern(basename(raw));
  const names = (await fileNames(dirname(raw))).filter((name) => pattern.test(name)).sort();
  if (names.length === 0) throw new DataError(`${raw}: no file matches`);
  return { directory: dirname(raw), plan: planForFiles(raw, names, wish) };
}

/** Reads the whole file once. Throws DataError for an empty file, a damaged gzip and UTF-16. */
export async function inspectFile(path: string, signal: AbortSignal): Promise<FileFacts> {
  const digest = createHash("sha256");
  const text = new TextCheck();
  const isText = ["text", "json"].includes(formatOf(path));
  const hashed = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      digest.update(chunk);
      yield chunk;
    }
  };
  const checked = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) if (isText) text.take(chunk);
  };
  const compression = compressionOf(path);
  const facts = await stat(path);
  if (facts.size === 0) throw new DataError(`${path}: the file is empty, expected a log`);
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
  if (text.isUtf16)
    throw new DataError(`${path}: UTF-16 text, expected UTF-8; convert it, such as with iconv -f UTF-16 -t UTF-8`);
  return {
    bytes: facts.size,
    sha256: digest.digest("hex"),
    modifiedMs: Math.trunc(facts.mtimeMs),
    // The bytes of a .zst are not its text; Node cannot unpack it, so --encoding must say what is not UTF-8.
    ...(compression === "zstd" ? { isUtf8: true, oddLines: 0 } : text.facts()),
  };
}

async function fileNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new DataError(`${directory}: cannot be listed (${messageOf(error)})`);
  });
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isFile() || (entry.isSymbolicLink() && (await stat(join(directory, entry.name))).isFile()))
      names.push(entry.name);
  }
  return names;
}

function globPattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

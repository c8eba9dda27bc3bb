/** One file over HTTP, in full or not at all: resumes what is there, retries cut connections, checks what arrived. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { DataError } from "../errors.ts";
import { errorCode } from "../files/error-code.ts";
import { putInPlace } from "../files/partial-file.ts";
import { reasonOf, refusal, type Transfer, transferFrom } from "./http-transfer.ts";
import { limitedChunks } from "./limited-chunks.ts";
import { TransientError, withRetries } from "./retry.ts";

/** Of what is downloaded. */
export interface Checksum {
  readonly algorithm: "md5" | "sha256";
  readonly hex: string;
}

export interface DownloadOptions {
  readonly url: string;
  /** Where it ends up; `.partial` and `.partial.tag` stand beside it meanwhile, and stay when the download is cut. */
  readonly path: string;
  readonly checksum: Checksum | null;
  /** No file of this kind is larger: what goes on is cut off. */
  readonly mostBytes: number;
  /** Ends error messages: where a person may put the file themselves. */
  readonly byHand: string;
  readonly attempts: number;
  readonly retrySeconds: number;
  readonly stallSeconds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes: number | null) => void;
  readonly onRetry: (line: string) => void;
}

export interface Downloaded {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Throws DataError that names the URL, what was found and what to do; AbortError when `signal` ends it. */
export async function downloadFile(options: DownloadOptions): Promise<Downloaded> {
  const partial = `${options.path}.partial`;
  await fetchAll(options, partial);
  const downloaded = await checkContent(options, partial);
  await putInPlace(partial, options.path);
  await rm(tagFile(partial), { force: true });
  return downloaded;
}

async function fetchAll(options: DownloadOptions, partial: string): Promise<void> {
  const { url, attempts, retrySeconds, signal, onRetry, byHand } = options;
  const fetchOn = async (): Promise<void> => {
    const before = await sizeOf(partial);
    try {
      await fetchRest(options, partial, before);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DataError || isDiskError(error)) throw explainDisk(error, partial);
      throw new TransientError(reasonOf(error), { cause: error, madeProgress: (await sizeOf(partial)) > before });
    }
  };
  await withRetries(url, fetchOn, {
    attempts,
    firstWaitSeconds: retrySeconds,
    log: onRetry,
    signal,
    giveUp: (problem, { cause }) =>
      new DataError(`${problem}; the same command resumes where it stopped, or ${byHand}`, { cause }),
  });
}

/** One request: the rest of the file when the server still has the same one, all of it otherwise. */
async function fetchRest(options: DownloadOptions, partial: string, alreadyBytes: number): Promise<void> {
  const { url, signal, stallSeconds, byHand } = options;
  const tag = alreadyBytes === 0 ? null : await readTag(partial);
  const transfer = await transferFrom({ url, signal, stallSeconds, from: tag === null ? 0 : alreadyBytes, tag });
  switch (transfer.outcome) {
    case "complete":
      return;
    case "changed":
      await rm(partial, { force: true });
      throw new Error("the file there is no longer the one begun, so it is fetched anew");
    case "refused":
      throw refusal(url, transfer.status, byHand);
    case "bytes":
      await rememberTag(partial, transfer.tag);
      return writeTransfer(partial, transfer, options).catch(async (error: unknown) => {
        if (error instanceof DataError) await removePartial(partial); // the beginning of something else
        throw error;
      });
    default:
      transfer satisfies never;
  }
}

async function writeTransfer(
  partial: string,
  transfer: Extract<Transfer, { outcome: "bytes" }>,
  { url, mostBytes, byHand, onProgress }: DownloadOptions,
): Promise<void> {
  const tooMany = (): DataError =>
    new DataError(`${url}: more than the ${mostBytes} bytes that this file may have, so it is another; ${byHand}`);
  if ((transfer.totalBytes ?? 0) > mostBytes) throw tooMany();
  const handle = await open(partial, transfer.from === 0 ? "w" : "a");
  let done = transfer.from;
  try {
    onProgress(done, transfer.totalBytes);
    for await (const chunk of limitedChunks(transfer.chunks(), mostBytes - done, tooMany)) {
      await handle.writeFile(chunk); // goes on where the last one ended
      done += chunk.byteLength;
      onProgress(done, transfer.totalBytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (transfer.totalBytes !== null && done !== transfer.totalBytes) {
    throw new Error(`connection cut after ${done} of ${transfer.totalBytes} bytes`);
  }
}

async function checkContent({ url, checksum, byHand }: DownloadOptions, partial: string): Promise<Downloaded> {
  const sha256 = createHash("sha256");
  const promised = createHash(checksum?.algorithm ?? "sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(partial)) {
    sha256.update(chunk);
    promised.update(chunk);
    bytes += chunk.length;
  }
  const found = promised.digest("hex");
  if (checksum !== null && found !== checksum.hex) {
    // Kept, it would be taken for the beginning of the right file.
    await removePartial(partial);
    throw new DataError(
      `${url}: ${checksum.algorithm} of the ${bytes} bytes received is ${found}, expected ${checksum.hex}; they were thrown away. Try again, or ${byHand}`,
    );
  }
  return { bytes, sha256: sha256.digest("hex") };
}

async function removePartial(partial: string): Promise<void> {
  await rm(partial, { force: true });
  await rm(tagFile(partial), { force: true });
}

/** What the server calls this version of the file; without it the rest of another version could be appended. */
function tagFile(partial: string): string {
  return `${partial}.tag`;
}

async function readTag(partial: string): Promise<string | null> {
  const tag = await readFile(tagFile(partial), "utf8").catch(() => "");
  return tag === "" ? null : tag;
}

async function rememberTag(partial: string, tag: string | null): Promise<void> {
  if (tag === null) await rm(tagFile(partial), { force: true });
  else await writeFile(tagFile(partial), tag);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** By shape, as failure.ts does: system errors may come from another realm than ours. */
function isDiskError(error: unknown): boolean {
  const isSystem = typeof error === "object" && error !== null && "syscall" in error;
  return isSystem && ["open", "write", "fsync"].includes(String(error.syscall));
}

function explainDisk(error: unknown, partial: string): unknown {
  if (errorCode(error) !== "ENOSPC") return error;
  return new DataError(
    `${partial}: the disk is full (ENOSPC); free some space or choose another --data-root, and run the same command again: it resumes`,
    { cause: error },
  );
}

/**
 * Named members out of a zip archive, streamed to files, their sizes and CRC-32 checked. yauzl reads the
 * format, zip64 and names in any encoding included, and holds members to the sizes they are said to have; the
 * CRC is left to its caller.
 */
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { DataError, messageOf } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { writePieces } from "../../src/files/file-writer.ts";

export interface MemberTarget {
  /** Path in the archive, with forward slashes. */
  readonly member: string;
  /** Of the file it becomes, whole or not at all. */
  readonly path: string;
}

const MOST_NAMES = 20;

/**
 * Throws DataError for an archive that is cut or damaged, a member that is missing, and compression other than deflate.
 */
export async function extractMembers(
  archive: string,
  targets: readonly MemberTarget[],
  signal: AbortSignal,
): Promise<void> {
  const explained = <T>(problem: string, task: () => Promise<T>) => asDamage(`${archive}: ${problem}`, task, signal);
  const zip = await explained("not a zip archive, or its end is missing", () =>
    openPromise(archive, { autoClose: false }),
  );
  try {
    const wanted = new Set(targets.map(({ member }) => member));
    const { entries, names } = await explained("its directory is damaged", () => findEntries(zip, wanted));
    for (const { member, path } of targets) {
      const entry = entries.get(member);
      if (entry === undefined) {
        throw new DataError(`${archive}: there is no member "${member}"; found ${names.join(", ") || "none"}`);
      }
      await explained(`member "${member}" cannot be unpacked`, () => extract(zip, entry, path, signal));
    }
  } finally {
    zip.close();
  }
}

/** The entries of these names, and the first names there are. An archive may have millions of others. */
async function findEntries(
  zip: ZipFile,
  wanted: ReadonlySet<string>,
): Promise<{ readonly entries: ReadonlyMap<string, Entry>; readonly names: readonly string[] }> {
  const entries = new Map<string, Entry>();
  const names: string[] = [];
  for await (const entry of zip.eachEntry()) {
    if (wanted.has(entry.fileName)) entries.set(entry.fileName, entry);
    if (names.length < MOST_NAMES) names.push(entry.fileName);
  }
  return { entries, names };
}

async function extract(zip: ZipFile, entry: Entry, path: string, signal: AbortSignal): Promise<void> {
  const content: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
  let found = 0;
  async function* summed(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      signal.throwIfAborted();
      found = crc32(chunk, found);
      yield chunk;
    }
  }
  await writePieces(path, summed(), () => {
    if (found === entry.crc32) return;
    throw new Error(`its CRC-32 is ${found.toString(16)}, expected ${entry.crc32.toString(16)}`);
  });
}

/** Failures of the task as the archive's, but for those of the disk and for an interruption. */
async function asDamage<T>(problem: string, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await task();
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCode(error);
    if (code !== null && !code.startsWith("Z_")) throw error;
    throw new DataError(`${problem} (${messageOf(error)}); delete it and fetch it again`, { cause: error });
  }
}

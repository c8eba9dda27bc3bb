/** A file whose size and hash are known beforehand, received piece by piece: it is whole and right, or not there. */

import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { DataError } from "../errors.ts";
import type { FileContent } from "../files/file-content.ts";
import { cannotWrite } from "../files/make-folder.ts";

/** `source` names where `chunks` come from. Throws DataError where they are not `expected`; a cut connection has thrown before. */
export async function receiveFile(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  expected: FileContent,
  source: string,
): Promise<void> {
  try {
    const found = await writeAll(chunks, file);
    const difference =
      found.bytes !== expected.bytes
        ? `has ${found.bytes} bytes, expected ${expected.bytes}`
        : found.sha256 !== expected.sha256
          ? `sha256 is ${found.sha256}, expected ${expected.sha256}`
          : null;
    if (difference === null) return;
    throw new DataError(
      `${source}: ${difference}, so it is damaged there; remove the object, and the same command sends it anew`,
    );
  } catch (error) {
    await rm(file, { force: true });
    throw cannotWrite(file, "free some space, or choose another place", error);
  }
}

async function writeAll(chunks: AsyncIterable<Uint8Array>, file: string): Promise<FileContent> {
  const handle = await open(file, "w");
  const digest = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      digest.update(chunk);
      await appendFully(handle, chunk);
      bytes += chunk.byteLength;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: digest.digest("hex") };
}

async function appendFully(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) offset += (await handle.write(chunk, offset)).bytesWritten;
}

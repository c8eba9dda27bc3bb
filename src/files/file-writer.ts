/** A file written piece by piece and hashed as it grows; it is whole in its place, or not there. */
import { createHash } from "node:crypto";
import type { FileContent } from "./file-content.ts";
import { openPartialFile } from "./partial-file.ts";

export interface FileWriter {
  /** One call at a time: await each before the next. */
  append(piece: Uint8Array): Promise<void>;
  /** Puts the file in its place. `check`, which throws to refuse it, is told of its content before. */
  close(check?: (content: FileContent) => void): Promise<FileContent>;
  /** Leaves nothing behind; harmless after close. */
  abort(): Promise<void>;
}

/** `partial`: see openPartialFile. */
export async function openFileWriter(path: string, partial?: string): Promise<FileWriter> {
  const file = await openPartialFile(path, partial);
  const digest = createHash("sha256");
  let bytes = 0;
  return {
    async append(piece) {
      digest.update(piece);
      bytes += piece.byteLength;
      await file.handle.writeFile(piece); // goes on where the last one ended
    },
    async close(check = () => {}) {
      const content = { bytes, sha256: digest.digest("hex") };
      check(content);
      await file.publish();
      return content;
    },
    abort: () => file.discard(),
  };
}

/** All of a file in one go, from pieces that need not be in memory together; `check` as for close. */
export async function writePieces(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  check?: (content: FileContent) => void,
): Promise<FileContent> {
  const writer = await openFileWriter(path);
  try {
    for await (const piece of pieces) await writer.append(piece);
    return await writer.close(check);
  } finally {
    await writer.abort();
  }
}

/** A file whose size and hash are known beforehand, received piece by piece: it is whole and right, or not there. */
import { DataError } from "../errors.ts";
import type { FileContent } from "../files/file-content.ts";
import { writePieces } from "../files/file-writer.ts";
import { cannotWrite } from "../files/make-folder.ts";

/**
 * `source` names where `chunks` come from. Throws DataError where they are not `expected`; a cut
 * connection has thrown before.
 */
export async function receiveFile(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  expected: FileContent,
  source: string,
): Promise<void> {
  const check = ({ bytes, sha256 }: FileContent): void => {
    const difference =
      bytes !== expected.bytes
        ? `has ${bytes} bytes, expected ${expected.bytes}`
        : sha256 !== expected.sha256
          ? `sha256 is ${sha256}, expected ${expected.sha256}`
          : null;
    if (difference === null) return;
    throw new DataError(
      `${source}: ${difference}, so it is damaged there; remove the object, and the same command sends it anew`,
    );
  };
  try {
    await writePieces(file, chunks, check);
  } catch (error) {
    throw cannotWrite(file, "free some space, or choose another folder", error);
  }
}

/** A file whose size at least is known beforehand, received piece by piece: it is whole and right, or not there. */
import { DataError } from "../errors.ts";
import type { FileContent } from "../files/file-content.ts";
import { writePieces } from "../files/file-writer.ts";
import { cannotWrite } from "../files/make-folder.ts";
import { limitedChunks } from "./limited-chunks.ts";
import { TransientError } from "./retry.ts";

/**
 * One version of an object, of which the size alone is known; `chunks` is null where the server has it no more. Throws
 * DataError for another size.
 */
export async function receiveVersion(
  chunks: AsyncIterable<Uint8Array> | null,
  file: string,
  bytes: number,
  source: string,
): Promise<void> {
  const changed = (): DataError =>
    new DataError(`${source}: was replaced or removed while it was read; run the same command again`);
  if (chunks === null) throw changed();
  await write(file, limitedChunks(chunks, bytes, changed), (found) => {
    if (found.bytes !== bytes) throw new TransientError(`${found.bytes} of ${bytes} bytes arrived`);
  });
}

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
  const damaged = (difference: string): DataError =>
    new DataError(
      `${source}: ${difference}, so it is damaged there; remove the object, and the same command sends it anew`,
    );
  const check = ({ bytes, sha256 }: FileContent): void => {
    if (bytes !== expected.bytes) throw damaged(`has ${bytes} bytes, expected ${expected.bytes}`);
    if (sha256 !== expected.sha256) throw damaged(`sha256 is ${sha256}, expected ${expected.sha256}`);
  };
  const tooMany = (): DataError => damaged(`has more than the ${expected.bytes} bytes expected`);
  await write(file, limitedChunks(chunks, expected.bytes, tooMany), check);
}

async function write(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  check: (found: FileContent) => void,
): Promise<void> {
  try {
    await writePieces(file, chunks, check);
  } catch (error) {
    throw cannotWrite(file, "free some space, or choose another folder", error);
  }
}

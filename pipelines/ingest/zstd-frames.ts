/**
 * Whether a .zst file ends where its frames say (RFC 8878, section 3.1): the SQL engine reads a
 * cut one without complaint.
 */
import { type FileHandle, open } from "node:fs/promises";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50; // its last four bits are free
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** Walks headers only, so the cost is small. Returns what is wrong, or null. */
export async function zstdProblem(path: string): Promise<string | null> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    let position = 0;
    while (position < size) {
      const end = await endOfFrame(file, position);
      if (typeof end === "string") return end;
      position = end;
    }
    return position === size ? null : CUT;
  } finally {
    await file.close();
  }
}

const CUT = "the zstd stream ends in the middle of a frame";

async function endOfFrame(file: FileHandle, start: number): Promise<number | string> {
  const head = await bytesAt(file, start, 8);
  if (head === null) return CUT;
  const magic = head.readUInt32LE(0);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) return start + 8 + head.readUInt32LE(4);
  if (magic !== FRAME_MAGIC) return "not a zstd stream";
  const descriptor = head[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const sizeFlag = descriptor >>> 6;
  const contentSizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  let position = start + 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]! + contentSizeBytes;
  for (;;) {
    const header = await bytesAt(file, position, 3);
    if (header === null) return CUT;
    const block = header.readUIntLE(0, 3);
    const type = (block >>> 1) & 3;
    if (type === 3) return "a block of the zstd stream is damaged";
    position += 3 + (type === 1 ? 1 : block >>> 3); // type 1 repeats one byte
    if ((block & 1) === 1) return position + (hasChecksum ? 4 : 0);
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer | null> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return bytesRead < length ? null : buffer;
}

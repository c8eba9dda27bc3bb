/**
 * Zstandard unpacked by zstddec, which is the reference decoder as WebAssembly; Node has one from 22.15 on only. It is
 * loaded when something packed turns up: a server has no use for it.
 */
import { closeSync, openSync, readSync } from "node:fs";
import type { ZSTDDecoder } from "zstddec/stream";
import { messageOf } from "../errors.ts";

const CHUNK_BYTES = 2 ** 18;

let prepared: ZSTDDecoder | null = null;

/** To be awaited once before `unpackZstd`. */
export async function prepareZstd(): Promise<ZSTDDecoder> {
  if (prepared !== null) return prepared;
  const { ZSTDDecoder } = await import("zstddec/stream");
  const decoder = new ZSTDDecoder();
  await decoder.init();
  prepared = decoder;
  return decoder;
}

/** Exactly `bytes` bytes, at least 1. Throws RangeError for a damaged frame, and for one that holds more or fewer. */
export function unpackZstd(packed: Uint8Array, bytes: number): Uint8Array {
  if (prepared === null) throw new RangeError("prepareZstd was not awaited");
  // Of what the decoder refuses nothing comes out; told 0, it would believe what the frame says of itself.
  const unpacked = bytes === 0 ? null : prepared.decode(packed, bytes);
  if (unpacked?.length !== bytes) {
    throw new RangeError(`a zstd frame that is damaged, or does not hold the ${bytes} bytes that were announced`);
  }
  return unpacked;
}

/**
 * What a file holds, piece by piece; memory stays within a frame's window. `take` is shown the packed bytes too. Throws
 * RangeError for a stream that is damaged or cut, which other decoders do not all notice.
 */
export async function* unpackZstdFile(
  path: string,
  take: (packed: Uint8Array) => void = () => {},
): AsyncGenerator<Buffer> {
  const decoder = await prepareZstd();
  let chunks = 0;
  let chunkOfNothing = -1;
  const counted = function* (): Generator<Uint8Array> {
    for (const chunk of chunksOf(path)) {
      chunks++;
      take(chunk);
      yield chunk;
    }
  };
  try {
    for (const { buffer, byteOffset, length } of decoder.decodeStreaming(counted())) {
      // After an error the decoder neither takes anything in nor gives anything out, for ever.
      if (length === 0 && chunkOfNothing === chunks) throw new RangeError("the zstd stream is damaged");
      if (length === 0) chunkOfNothing = chunks;
      else yield Buffer.from(buffer, byteOffset, length);
    }
  } catch (error) {
    if (!/^Incomplete stream/.test(messageOf(error))) throw error;
    throw new RangeError("the zstd stream ends in the middle of a frame", { cause: error });
  }
}

/** The decoder asks for the next one and does not wait. */
function* chunksOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const bytes = readSync(file, chunk);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}

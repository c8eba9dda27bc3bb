/** Zstandard unpacked by zstddec, which is the reference decoder as WebAssembly; Node has one from 22.15 on only. */
import { ZSTDDecoder } from "zstddec/stream";

const decoder = new ZSTDDecoder();

/** To be awaited once before `unpackZstd`. */
export async function prepareZstd(): Promise<void> {
  await decoder.init();
}

/** Exactly `bytes` bytes, at least 1. Throws RangeError for a damaged frame, and for one that holds more or fewer. */
export function unpackZstd(packed: Uint8Array, bytes: number): Uint8Array {
  // Of what the decoder refuses nothing comes out; told 0, it would believe what the frame says of itself.
  const unpacked = bytes === 0 ? null : decoder.decode(packed, bytes);
  if (unpacked?.length !== bytes) {
    throw new RangeError(`a zstd frame that is damaged, or does not hold the ${bytes} bytes that were announced`);
  }
  return unpacked;
}

/**
 * The pieces of frames whose pieces come in order, as they are; memory stays within a frame's window. Throws RangeError
 * for a damaged or cut frame.
 */
export async function* unpackZstdPieces(packed: Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  await prepareZstd();
  let pieces = 0;
  let pieceOfEmpty = -1;
  const counted = function* (): Generator<Uint8Array> {
    for (const piece of packed) {
      pieces++;
      yield piece;
    }
  };
  try {
    for (const { buffer, byteOffset, length } of decoder.decodeStreaming(counted())) {
      // After an error the decoder neither takes anything in nor gives anything out, for ever.
      if (length === 0 && pieceOfEmpty === pieces) throw new RangeError("a zstd frame that is damaged");
      if (length === 0) pieceOfEmpty = pieces;
      else yield Buffer.from(buffer, byteOffset, length);
    }
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError("a zstd frame that is cut", { cause: error });
  }
}

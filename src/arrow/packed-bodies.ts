/**
 * Bodies of record batches that are packed buffer by buffer, with LZ4 or ZSTD ("Compression" of the Arrow columnar
 * format): what they claim to hold is bounded before the library unpacks them.
 */
import type { FileHandle } from "node:fs/promises";
import { CompressionType, compressionRegistry } from "apache-arrow";
import { MOST_LZ4_RATIO, unpackLz4 } from "../compression/lz4-frame.ts";
import { prepareZstd, unpackZstd } from "../compression/zstd.ts";

/** Of one batch, unpacked: 1 GiB. Writers make batches of some ten thousand rows. */
const MOST_BYTES = 2 ** 30;
/** Before each packed buffer, its length unpacked; -1 where it is stored as it is. */
const PREFIX_BYTES = 8;
const STORED = -1;

/** Where a buffer lies in its file. */
export interface BufferRange {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Bytes of all buffers together, unpacked. Throws RangeError where one claims more than can be, or all together more
 * than a batch may have. The library can unpack `codec` afterwards.
 */
export async function unpackedBytes(
  handle: FileHandle,
  codec: number,
  buffers: readonly BufferRange[],
): Promise<number> {
  if (codec !== CompressionType.LZ4_FRAME && codec !== CompressionType.ZSTD) {
    throw new RangeError(`packed by method ${codec}, which is neither LZ4 nor ZSTD`);
  }
  if (codec === CompressionType.ZSTD) await prepareZstd();
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let total = 0;
  for (const { at, bytes } of buffers) {
    if (bytes === 0) continue;
    const { bytesRead } = await handle.read(prefix, 0, PREFIX_BYTES, at);
    if (bytes < PREFIX_BYTES || bytesRead < PREFIX_BYTES) throw new RangeError(`a packed column of ${bytes} bytes`);
    const claimed = Number(prefix.readBigInt64LE());
    const packed = bytes - PREFIX_BYTES;
    const most = codec === CompressionType.LZ4_FRAME ? packed * MOST_LZ4_RATIO : MOST_BYTES;
    if (claimed !== STORED && (claimed < 0 || claimed > most)) {
      throw new RangeError(`a column of ${packed} packed bytes claims ${claimed} bytes`);
    }
    total += claimed === STORED ? packed : claimed;
  }
  if (total > MOST_BYTES) {
    throw new RangeError(`a batch of ${total} bytes unpacked, at most ${MOST_BYTES} are taken; write smaller batches`);
  }
  return total;
}

/** The library hands over a view behind the prefix, which says how much must come out. */
function unpacked(packed: Uint8Array, unpack: (packed: Uint8Array, bytes: number) => Uint8Array): Uint8Array {
  const { buffer, byteOffset } = packed;
  const bytes = Number(new DataView(buffer, byteOffset - PREFIX_BYTES, PREFIX_BYTES).getBigInt64(0, true));
  if (bytes < 0 || bytes > MOST_BYTES) throw new RangeError(`a packed column claims ${bytes} bytes`);
  return bytes === 0 && packed.length === 0 ? packed : unpack(packed, bytes);
}

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (packed) => unpacked(packed, unpackLz4) });
compressionRegistry.set(CompressionType.ZSTD, { decode: (packed) => unpacked(packed, unpackZstd) });

/** A zstd frame without compression, by hand: RFC 8878, section 3.1.1. Node 20 reads and writes none. */

const MAGIC = 0xfd2fb528;
/** A single segment whose size stands in four bytes; no checksum, no dictionary. */
const DESCRIPTOR = 0xa0;
const LAST_RAW_BLOCK = 1;

/** Up to 128 KiB, which is one block. */
export function storedZstd(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const head = Buffer.alloc(4 + 1 + 4 + 3);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt8(DESCRIPTOR, 4);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE(LAST_RAW_BLOCK | (bytes.length << 3), 9, 3);
  return Buffer.concat([head, bytes]);
}

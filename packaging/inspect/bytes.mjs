/** Reading little-endian numbers and texts out of the files of all platforms. */

/** Every read throws beyond the end of the file. */
export function readerOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    u8: (at) => view.getUint8(at),
    u16: (at) => view.getUint16(at, true),
    u32: (at) => view.getUint32(at, true),
    /** Offsets and sizes: all of ours are far below 2^53. */
    u64: (at) => Number(view.getBigUint64(at, true)),
    bigEndian32: (at) => view.getUint32(at, false),
    /** Up to the zero byte. */
    text: (at) => bytes.subarray(at, bytes.indexOf(0, at)).toString("latin1"),
    slice: (at, length) => bytes.subarray(at, at + length),
    size: bytes.length,
  };
}

/**
 * LZ4 frames unpacked: "LZ4 Frame Format" 1.6.4 and "LZ4 Block Format" of github.com/lz4/lz4/doc. The length must be
 * known beforehand, so that a frame that lies about itself neither takes memory nor runs on. Checksums are not
 * compared.
 */

const MAGIC = 0x184d2204;
const VERSION = 0x40;
const FLAG = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 } as const;
const STORED = 0x8000_0000;
/** Head and end. */
const LEAST_FRAME = 7 + 4;
/** A match is four bytes longer than its token says. */
const LEAST_MATCH = 4;

/** One byte of a length stands for at most so many. */
export const MOST_LZ4_RATIO = 255;

/** Exactly `bytes` bytes. Throws RangeError for a damaged frame, and for one that holds more or fewer. */
export function unpackLz4(packed: Uint8Array, bytes: number): Uint8Array {
  const input = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < LEAST_FRAME) throw new RangeError("an LZ4 frame that is cut");
  if (input.getUint32(0, true) !== MAGIC) throw new RangeError("not an LZ4 frame");
  const flags = input.getUint8(4);
  if ((flags & FLAG.version) !== VERSION || (flags & FLAG.dictionary) !== 0) {
    throw new RangeError("an LZ4 frame of another version, or with a dictionary");
  }
  const checksumBytes = (flags & FLAG.blockChecksum) === 0 ? 0 : 4;
  const output = new Uint8Array(bytes);
  let from = (flags & FLAG.contentSize) === 0 ? 7 : 15;
  let to = 0;
  for (;;) {
    if (from + 4 > packed.length) throw new RangeError("an LZ4 frame that is cut");
    const head = input.getUint32(from, true);
    from += 4;
    if (head === 0) break;
    const end = from + (head & ~STORED);
    if (end > packed.length) throw new RangeError("an LZ4 frame that is cut");
    const block = packed.subarray(from, end);
    to = head >= STORED ? append(output, to, block) : unpackBlock(block, output, to);
    from = end + checksumBytes;
  }
  if (to !== bytes) throw new RangeError(`an LZ4 frame of ${to} bytes where ${bytes} were announced`);
  return output;
}

function append(output: Uint8Array, to: number, bytes: Uint8Array): number {
  if (to + bytes.length > output.length) throw tooLong(output);
  output.set(bytes, to);
  return to + bytes.length;
}

/** Blocks may refer to what stands before them, so all are unpacked into one array. Returns where the next begins. */
function unpackBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  let from = 0;
  let to = start;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) {
      if (from >= block.length) throw new RangeError("an LZ4 block that is cut");
      more = block[from++]!;
    }
    return length;
  };
  while (from < block.length) {
    const token = block[from++]!;
    const literals = lengthFrom(token >>> 4);
    if (from + literals > block.length) throw new RangeError("an LZ4 block that is cut");
    to = append(output, to, block.subarray(from, from + literals));
    from += literals;
    if (from === block.length) break; // the last sequence has literals alone
    const distance = block[from]! | (block[from + 1]! << 8);
    from += 2;
    if (distance === 0 || distance > to) throw new RangeError("an LZ4 block that refers to what is not there");
    to = repeat(output, to, distance, lengthFrom(token & 15) + LEAST_MATCH);
  }
  return to;
}

/** What is copied may be written by the same copy: "ab" at a distance of 2 and a length of 5 is "ababa". */
function repeat(output: Uint8Array, to: number, distance: number, length: number): number {
  const end = to + length;
  if (end > output.length) throw tooLong(output);
  if (distance >= length) output.copyWithin(to, to - distance, end - distance);
  else for (let at = to; at < end; at++) output[at] = output[at - distance]!;
  return end;
}

function tooLong(output: Uint8Array): RangeError {
  return new RangeError(`an LZ4 frame of more than the ${output.length} bytes that were announced`);
}

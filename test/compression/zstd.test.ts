/** Frames of zstandard for Python: whole ones to a known length, and streams piece by piece. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { prepareZstd, unpackZstd, unpackZstdPieces } from "../../src/compression/zstd.ts";

/** A stream that does not say how much it holds. */
const packed = Buffer.from("KLUv/QBYtQAAeHVzZXIsaXRlbQ0KMTcsNAEAQVClDg==", "base64");
const unpacked = `user,item\r\n${"17,4\n".repeat(40)}`;

describe("a zstd frame", () => {
  beforeAll(prepareZstd);

  it("is unpacked to the length that is announced, and to no other", () => {
    expect(Buffer.from(unpackZstd(packed, unpacked.length)).toString()).toBe(unpacked);
    for (const bytes of [0, 1, unpacked.length - 1, unpacked.length + 1]) {
      expect(() => unpackZstd(packed, bytes)).toThrow(`does not hold the ${bytes} bytes that were announced`);
    }
  });

  it("is refused wherever it is cut", () => {
    for (let bytes = 0; bytes < packed.length; bytes++) {
      expect(() => unpackZstd(packed.subarray(0, bytes), unpacked.length)).toThrow(RangeError);
    }
  });

  it("comes piece by piece, whatever the pieces, one frame after another", async () => {
    const twice = Buffer.concat([packed, packed]);
    for (const size of [1, 7, twice.length]) {
      expect(await textOf(piecesOf(twice, size))).toBe(unpacked + unpacked);
    }
  });

  it("ends in an error when it is cut or damaged, never in silence or in waiting", async () => {
    await expect(textOf(piecesOf(packed.subarray(0, -1), 8))).rejects.toThrow("a zstd frame that is cut");
    const damaged = Buffer.from(packed);
    damaged[6]! |= 0x06; // a block of the reserved type
    await expect(textOf(piecesOf(damaged, 8))).rejects.toThrow("a zstd frame that is damaged");
    await expect(textOf(piecesOf(Buffer.from("user,item\n1,2\n"), 8))).rejects.toThrow(RangeError);
  });
});

function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(pieces: Iterable<Uint8Array>): Promise<string> {
  const found: Buffer[] = [];
  for await (const piece of unpackZstdPieces(pieces)) found.push(piece);
  return Buffer.concat(found).toString();
}

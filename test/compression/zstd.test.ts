/** Frames of zstandard for Python: whole ones to a known length, and files of frames piece by piece. */
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { prepareZstd, unpackZstd, unpackZstdFile } from "../../src/compression/zstd.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

/** A stream that does not say how much it holds. */
const packed = Buffer.from("KLUv/QBYtQAAeHVzZXIsaXRlbQ0KMTcsNAEAQVClDg==", "base64");
const unpacked = `user,item\r\n${"17,4\n".repeat(40)}`;

describe("a zstd frame", () => {
  const file = useTemporaryFolder();
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

  it("is read from a file, one frame after another, and its packed bytes are shown", async () => {
    await writeFile(file("twice.zst"), Buffer.concat([packed, packed]));
    const shown: Uint8Array[] = [];
    expect(await textOf(file("twice.zst"), (chunk) => void shown.push(chunk))).toBe(unpacked + unpacked);
    expect(Buffer.concat(shown)).toEqual(Buffer.concat([packed, packed]));
  });

  it("ends in an error when it is cut or damaged, never in silence or in waiting", async () => {
    const refused = async (bytes: Uint8Array, words: string): Promise<void> => {
      await writeFile(file("bad.zst"), bytes);
      await expect(textOf(file("bad.zst"))).rejects.toThrow(words);
    };
    await refused(packed.subarray(0, -1), "the zstd stream ends in the middle of a frame");
    const damaged = Buffer.from(packed);
    damaged[6]! |= 0x06; // a block of the reserved type
    await refused(damaged, "the zstd stream is damaged");
    await refused(Buffer.from("user,item\n1,2\n"), "the zstd stream is damaged");
  });
});

async function textOf(path: string, take?: (packed: Uint8Array) => void): Promise<string> {
  const found: Buffer[] = [];
  for await (const piece of unpackZstdFile(path, take)) found.push(piece);
  return Buffer.concat(found).toString();
}

/** LZ4 frames written by lz4 for Python, and frames made by hand after the specification. */
import { describe, expect, it } from "@jest/globals";
import { unpackLz4 } from "../../src/compression/lz4-frame.ts";

/** Magic, version 1 with independent blocks, blocks of 64 KiB, a header checksum that nobody compares. */
const HEAD = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const END = [0, 0, 0, 0];
const block = (...bytes: number[]) => [bytes.length, 0, 0, 0, ...bytes];
const frame = (...parts: number[][]) => Uint8Array.from([...HEAD, ...parts.flat(), ...END]);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const [a, b, c] = [0x61, 0x62, 0x63];

describe("an LZ4 frame", () => {
  it("is unpacked: literals, and matches that overlap what they write", () => {
    // Token 0x21: two literals, a match of 1 + 4 bytes at a distance of 2; token 0x10: one literal at the end.
    expect(text(unpackLz4(frame(block(0x21, a, b, 2, 0, 0x10, c)), 8))).toBe("abababac");
  });

  it("may store blocks, and refer to earlier ones", () => {
    const stored = [3, 0, 0, 0x80, a, b, c];
    // No literal, a match of 4 bytes at a distance of 3, which is the stored block and its first letter again.
    expect(text(unpackLz4(frame(stored, block(0x00, 3, 0)), 7))).toBe("abcabca");
  });

  it("has sizes and checksums in it, as other writers put them", () => {
    const packed =
      "BCJNGHxADAMAAAAAAAAJTQAAAC9hYgIA//9FP3h5egMAYvAtAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7WA6OsQAAAAAwVzMP";
    const bytes = Uint8Array.from({ length: 60 }, (_, value) => value);
    expect(text(unpackLz4(Buffer.from(packed, "base64"), 780))).toBe("ab".repeat(300) + "xyz".repeat(40) + text(bytes));
  });

  it("is refused when it holds more or fewer bytes than announced", () => {
    const packed = frame(block(0x21, a, b, 2, 0, 0x10, c));
    for (const bytes of [0, 1, 7]) expect(() => unpackLz4(packed, bytes)).toThrow(/more than the \d bytes/);
    expect(() => unpackLz4(packed, 9)).toThrow("an LZ4 frame of 8 bytes where 9 were announced");
  });

  it("is refused wherever it is cut, and when it refers to what is not there", () => {
    const packed = frame(block(0x21, a, b, 2, 0, 0x10, c));
    for (let bytes = 0; bytes < packed.length; bytes++) {
      expect(() => unpackLz4(packed.subarray(0, bytes), 8)).toThrow(RangeError);
    }
    expect(() => unpackLz4(frame(block(0x21, a, b, 3, 0, 0x10, c)), 8)).toThrow("refers to what is not there");
    expect(() => unpackLz4(frame(block(0x21, a, b, 0, 0, 0x10, c)), 8)).toThrow("refers to what is not there");
    expect(() => unpackLz4(frame(block(0xf0, 255, 255)), 8)).toThrow("an LZ4 block that is cut");
  });

  it("is refused when it is none, or of a kind with a dictionary", () => {
    expect(() => unpackLz4(Buffer.from("user,item\n1,2\n"), 8)).toThrow("not an LZ4 frame");
    expect(() => unpackLz4(Uint8Array.from([...HEAD.slice(0, 4), 0x61, ...HEAD.slice(5), ...END]), 8)).toThrow(
      "a dictionary",
    );
  });
});

/** How a text file is to be read, by its lines, however it comes in pieces. */
import { describe, expect, it } from "@jest/globals";
import { TextCheck } from "../../../../src/interactions/sources/text/text-check.ts";

const factsOf = (bytes: Buffer, piece: number): { isUtf8: boolean; oddLines: number } => {
  const check = new TextCheck();
  for (let from = 0; from < bytes.length; from += piece) check.take(bytes.subarray(from, from + piece));
  return check.facts();
};
/** Lines by kind: a is ASCII, u is UTF-8, l is Latin-1. */
const lines = (kinds: string): Buffer =>
  Buffer.concat(
    Array.from(kinds, (kind) =>
      Buffer.from(kind === "a" ? "plain\n" : "no\u00ebl\n", kind === "l" ? "latin1" : "utf8"),
    ),
  );

describe("the encoding of a text", () => {
  it.each<[string, boolean, number]>([
    ["aaaa", true, 0],
    ["auua", true, 0],
    ["uuul", true, 1], // one bad line among good ones
    ["aaaaaaaal", true, 1], // one bad line of nine
    ["al", false, 1], // one of two
    ["aalaalaaaaaa", false, 2],
    ["ullllu", true, 4], // two files in one: neither plainly this nor that
    [`${"a".repeat(3000)}ll`, true, 2], // two of 3,000 are fewer than one in a thousand
  ])("of %s is UTF-8: %s", (kinds, isUtf8, oddLines) => {
    for (const piece of [1, 7, 100_000]) expect(factsOf(lines(kinds), piece)).toEqual({ isUtf8, oddLines });
  });
});

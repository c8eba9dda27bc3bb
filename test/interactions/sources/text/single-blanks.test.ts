/** White space of any width becomes one blank, however the bytes come in pieces. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { singled, withSingleBlanks } from "../../../../src/interactions/sources/text/single-blanks.ts";

async function copied(text: string, pieceBytes: number): Promise<string> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const written: Buffer[] = [];
  for await (const piece of singled(pieces())) written.push(piece);
  return Buffer.concat(written).toString();
}

describe("single blanks", () => {
  it("keep words and line ends, and nothing at the ends of a line", async () => {
    expect(await copied("  1   2\t3 \n\n 4 5 6\r\n 7 8\u00e5  9  ", 4)).toBe("1 2 3\n\n4 5 6\r\n7 8\u00e5 9");
  });

  it("are the same whatever the pieces, and line by line", async () => {
    const text = fc
      .array(fc.constantFrom("a", "bc", " ", "\t", "\n"), { maxLength: 30 })
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (given, pieceBytes) => {
        const lines = (all: string): string => all.replace(/\n+$/, "");
        const expected = given.split("\n").map(withSingleBlanks).join("\n");
        expect(lines(await copied(given, pieceBytes))).toBe(lines(expected));
      }),
    );
  });
});

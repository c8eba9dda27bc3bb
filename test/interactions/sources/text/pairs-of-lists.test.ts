/** Lines of lists become pairs, however the bytes come in pieces, and what is odd is told of its line. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type PairOptions, PairsOfLists } from "../../../../src/interactions/sources/text/pairs-of-lists.ts";

const usual: PairOptions = { layout: "adjacency", delimiter: undefined, isNumbers: true, isUtf8: true };

async function read(text: string, options: Partial<PairOptions> = {}, pieceBytes = 7) {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const pairs = new PairsOfLists({ ...usual, ...options });
  const written: Buffer[] = [];
  for await (const piece of pairs.of(pieces())) written.push(piece);
  const lines = Buffer.concat(written).toString().split("\n").slice(0, -1);
  return {
    pairs: lines.map((line) => line.split("\t").slice(0, 2).join(":")),
    lines,
    counts: pairs.counts(),
    bad: pairs.setAside(),
  };
}

describe("pairs of lists", () => {
  it("has a pair for each item, with any line ends, blanks at the ends, and a mark of byte order", async () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const { pairs, counts, bad } = await read(["\ufeff0 5 6 ", "1", "", " 2\t7  8", "0 9"].join(end));
      expect(pairs).toEqual(["0:5", "0:6", "2:7", "2:8", "0:9"]);
      expect(counts).toEqual({ lines: 4, emptyLists: 1 });
      expect(bad).toEqual({ count: 0, first: [] });
    }
  });

  it("marks the first pair of each line, by which lines of one user are counted", async () => {
    const { lines } = await read("0 5 6\n0 7\n");
    expect(lines).toEqual(["0\t5\t1", "0\t6\t", "0\t7\t1"]);
  });

  it("sets aside words that are no whole numbers, of a bad user the whole line", async () => {
    const { pairs, bad } = await read("0 5 6x 7\n\nu 8 9\n1 1.5\n");
    expect(pairs).toEqual(["0:5", "0:7"]);
    expect(bad.count).toBe(3);
    expect(bad.first.map(({ line, text }) => [line, text])).toEqual([
      [1, "6x"],
      [3, "u"],
      [4, "1.5"],
    ]);
  });

  it("takes words for ids where the first lines have words, but no bytes that are none", async () => {
    const { pairs } = await read("anna blå 007\n", { isNumbers: false });
    expect(pairs).toEqual(["anna:blå", "anna:007"]);
    const latin1 = new PairsOfLists({ ...usual, isNumbers: false });
    const written: Buffer[] = [];
    for await (const piece of latin1.of(oneOf(Buffer.from("anna bl\xe5 red\n", "latin1")))) written.push(piece);
    expect(Buffer.concat(written).toString()).toBe("anna\tred\t1\n");
    expect(latin1.setAside().first[0]?.reason).toMatch(/not UTF-8/);
  });

  it("holds counts to what follows them, and counts users by line where no user stands there", async () => {
    const behind = await read("4 2 5 6\n3 2 7\n2\n1 0\n", { layout: "counted-adjacency" });
    expect(behind.pairs).toEqual(["4:5", "4:6"]);
    expect(behind.counts).toEqual({ lines: 4, emptyLists: 1 });
    expect(behind.bad.first.map(({ line }) => line)).toEqual([2, 3]);
    expect(behind.bad.first[0]?.reason).toContain("a count of 2 and 1 items");
    // Users 0 to 3: that of the broken line keeps its number.
    const before = await read("2 5 6\n1 7 8\n0\n1 9\n", { layout: "counted-lists" });
    expect(before.pairs).toEqual(["0:5", "0:6", "3:9"]);
    expect(before.bad.first[0]).toMatchObject({ line: 2, text: "1 7 8" });
  });

  it("parts words by a delimiter as well", async () => {
    expect((await read("0: 5,6\n1:7\n", { delimiter: ":" })).bad.count).toBe(1);
    expect((await read("0,5,6\n1,7\n", { delimiter: "," })).pairs).toEqual(["0:5", "0:6", "1:7"]);
    expect((await read("0¦5¦6\n", { delimiter: "¦" })).pairs).toEqual(["0:5", "0:6"]); // of two bytes
  });

  it("reads a user with 100,000 items, and no line beyond 16,000,000 bytes", async () => {
    const items = Array.from({ length: 100_000 }, (_, item) => item);
    const { pairs } = await read(`0 ${items.join(" ")}\n1 5\n`, {}, 65_536);
    expect(pairs.length).toBe(100_001);
    const long = await read(`0 5\n1 ${"1234567 ".repeat(2_000_001)}\n2 6`, {}, 65_536);
    expect(long.pairs).toEqual(["0:5", "2:6"]);
    expect(long.bad.first).toMatchObject([{ line: 2, reason: expect.stringContaining("16,000,000") }]);
  });

  it("gives the same whatever the pieces", async () => {
    const line = fc.array(fc.constantFrom("1", "22", "x", " ", "\t", "\r", "\n", "\r\n"), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(line, fc.integer({ min: 1, max: 9 }), async (parts, pieceBytes) => {
        const text = parts.join("");
        expect(await read(text, {}, pieceBytes)).toEqual(await read(text, {}, 1000));
      }),
    );
  });
});

async function* oneOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** How pages with commands are read and compared, on pages of a few lines. */
import { describe, expect, it } from "@jest/globals";
import { anchorsOf, linksOf } from "../support/documents/page-links.ts";
import { pageParts, shortenedLike, withOutputs } from "../support/documents/page-parts.ts";
import { outputDifference } from "../support/documents/same-output.ts";

const page = [
  "text",
  "```console",
  "$ one \\",
  "    --more",
  "a",
  "b",
  "$ two",
  "```",
  "",
  "```js",
  "// x.mjs",
  "go();",
  "```",
  "",
  "```js",
  "other();",
  "```",
].join("\n");

describe("a page's parts", () => {
  it("are its commands with their outputs, and its files, in order", () => {
    expect(pageParts(page)).toEqual([
      { kind: "command", command: "one \\\n    --more", output: ["a", "b"], from: 4, to: 6 },
      { kind: "command", command: "two", output: [], from: 7, to: 7 },
      { kind: "file", name: "x.mjs", text: "// x.mjs\ngo();\n" },
    ]);
  });

  it("take other outputs in place", () => {
    const changed = withOutputs(page, [["c"], ["d", "e"]]);
    expect(pageParts(changed).map((part) => (part.kind === "command" ? part.output : part.name))).toEqual([
      ["c"],
      ["d", "e"],
      "x.mjs",
    ]);
  });

  it("refuse an output without its command", () => {
    expect(() => pageParts("```console\nstray\n```")).toThrow('line 2: "stray", expected a command');
  });
});

describe("an output with an elision", () => {
  it("keeps as many lines before and behind it", () => {
    expect(shortenedLike(["a", "...", "z"], ["1", "2", "3", "4"])).toEqual(["1", "...", "4"]);
    expect(shortenedLike(["...", "y", "z"], ["1", "2", "3"])).toEqual(["...", "2", "3"]);
    expect(shortenedLike(["...", "y", "z"], ["1", "2"])).toEqual(["1", "2"]);
    expect(shortenedLike(["a"], ["1", "2"])).toEqual(["1", "2"]);
  });
});

describe("outputs", () => {
  it.each([
    ["done in 8.0 s", "done in 11.2 s"],
    ["  HR@10          0.4600", "  HR@10          0.4510"],
    ["written: x (294,533 bytes, sha256 3504af4b6947)", "written: x (294,612 bytes, sha256 0fc1aa01bb2d)"],
    ["begins; native: AVX-512, 2 threads, float32", "begins; native: AVX2+FMA, 8 threads, float32"],
    ["run models/shop/mf-s1-74cf5068, epoch 24", "run models/shop/mf-s1-0d42e97f, epoch 21"],
  ])("are the same where machine or moment differ: %s", (shown, found) => {
    expect(outputDifference([shown], [found])).toBeNull();
  });

  it.each([
    ["12013 rows read in 2.1 s", "12014 rows read in 2.1 s"],
    ["  HR@10          0.4600", "  HR@10          0.4300"],
    ["this run is level with item-knn", "this run is worse than item-knn"],
    ["  --batch-size 1024", "  --batch-size 2048"],
  ])("are others where words, counts or settings are: %s", (shown, found) => {
    expect(outputDifference([shown], [found])).toBe(`shown:   ${shown}\nprinted: ${found}`);
  });

  it("are others where lines are missing", () => {
    expect(outputDifference(["a", "b"], ["a"])).toBe("2 lines shown, 1 printed");
  });
});

describe("a page's links", () => {
  it("are those of its prose, not of its code", () => {
    const links = linksOf("[a](x.md#y) `[b](no.md)`\n```\n[c](no.md)\n```\n![d](p.png)\n\n[e]: z.md");
    expect(links).toEqual([
      { target: "x.md#y", line: 1 },
      { target: "p.png", line: 5 },
      { target: "z.md", line: 7 },
    ]);
  });

  it("lead to headings by the slugs that GitHub makes", () => {
    expect([...anchorsOf("# Find `--k`, quickly!\n## Ties\n## Ties\n```\n# no\n```")]).toEqual([
      "find---k-quickly",
      "ties",
      "ties-1",
    ]);
  });
});

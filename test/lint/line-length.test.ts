/** What the check of line lengths finds, and what it lets pass. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const script = path.resolve(import.meta.dirname, "line-length.mjs");
const { longLines } = await import(script);

/** 25 words of four letters and their spaces: 124 columns. */
const long = "word ".repeat(25).trim();
const code = `const text = "${long}";`;

/** Numbers of the lines found in a file of that name. */
function linesOf(name: string, ...lines: readonly string[]): number[] {
  return longLines(name, lines.join("\n")).map(({ line }: { line: number }) => line);
}

describe("prose of Markdown", () => {
  it("is found in paragraphs, headings and lists, with its length", () => {
    expect(longLines("docs/page.md", `short\n${long}`)).toEqual([{ line: 2, columns: 124 }]);
    expect(linesOf("page.md", `# ${long}`, "", `- ${long}`, `  ${long}`)).toEqual([1, 3, 4]);
  });

  it("may have 120 columns and no more", () => {
    expect(linesOf("page.md", long.slice(4), `${long.slice(4)}s`)).toEqual([2]);
  });

  it("is not what cannot be wrapped: tables, code, link definitions and single words", () => {
    expect(linesOf("page.md", `| ${long} |`, "", "```", long, "```", "", `    ${long}`, `    ${long}`)).toEqual([]);
    expect(
      linesOf("page.md", `[page]: https://example.org ${long}`, `- https://example.org/${"x".repeat(120)}`),
    ).toEqual([]);
  });

  it("begins again behind a fence, and an indented line of a list is no code", () => {
    expect(linesOf("page.md", "```", long, "```", long)).toEqual([4]);
    expect(linesOf("page.md", "- item", "", `    ${long}`)).toEqual([3]);
  });
});

describe("comments", () => {
  it("are found as lines, as blocks and behind code", () => {
    expect(
      linesOf("a.ts", `// ${long}`, "/**", ` * ${long}`, " */", `let a = 1; // ${long}`, `/** ${long} */`),
    ).toEqual([1, 3, 5, 6]);
    expect(linesOf("a.hpp", `int a;  // ${long}`)).toEqual([1]);
    expect(linesOf("a.py", `# ${long}`, `a = 1  # ${long}`)).toEqual([1, 2]);
    expect(linesOf("Makefile", `build: ## ${long}`)).toEqual([1]);
  });

  it("are found in the shaders that TypeScript holds as text", () => {
    expect(linesOf("a.ts", "const shader = `", `  // ${long}`, "`;")).toEqual([2]);
  });

  it("are not code, whose lines the formatter minds, nor a mark within a text", () => {
    expect(linesOf("a.ts", code, `const text = "${long} // ${long}";`, "/** short */", code)).toEqual([]);
    expect(linesOf("a.sh", `echo "${long} # ${long}"`)).toEqual([]);
  });

  it("are not looked for in other files", () => {
    expect(linesOf("a.json", `// ${long}`)).toEqual([]);
  });
});

describe("the command", () => {
  it("names each line and ends with status 1, or says nothing and ends with 0", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "line-length-"));
    try {
      const file = path.join(folder, "page.md");
      const run = (text: string) => {
        writeFileSync(file, text);
        const { status, stderr, stdout } = spawnSync(process.execPath, [script, file], { encoding: "utf8" });
        return { status, stderr, stdout };
      };
      expect(run(`fine\n${long}\n`)).toEqual({
        status: 1,
        stderr: `${file}:2: 124 columns\nline-length: 1 line of prose or comment over 120 columns; wrap\n`,
        stdout: "",
      });
      expect(run("fine\n")).toEqual({ status: 0, stderr: "", stdout: "" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

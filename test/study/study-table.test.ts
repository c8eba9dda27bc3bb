import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { studySummarySchema } from "../../src/runs/study-summary.ts";
import { latexTables, markdownTables } from "../../src/study/study-table.ts";

const fixture = path.resolve(import.meta.dirname, "../fixtures/study-smoke/summary.json");
const summary = studySummarySchema.parse(JSON.parse(readFileSync(fixture, "utf8")));

describe("the tables of a study", () => {
  it("say in Markdown what was measured, on what, and every row has as many cells as its head", () => {
    const text = markdownTables(summary);
    const words = text.replace(/\s+/g, " ");
    expect(words).toContain(summary.subjects[0]!.protocol);
    const tables = text.split("\n\n").filter((part) => part.startsWith("|"));
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      const widths = table
        .trim()
        .split("\n")
        .map((line) => line.split(" | ").length);
      expect(new Set(widths).size).toBe(1);
    }
    for (const sentence of summary.undecided) expect(words).toContain(`- ${sentence}`);
    const prose = text.split("\n").filter((line) => !line.startsWith("|"));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThan(120);
  });

  it("leave LaTeX nothing to trip over", () => {
    const marked = {
      ...summary,
      subjects: summary.subjects.map((subject) => ({ ...subject, dataset: "50%_of{it}&more~^" })),
    };
    const text = latexTables(marked);
    expect(text).toContain("50\\%\\_of\\{it\\}\\&more\\textasciitilde{}\\textasciicircum{}");
    expect(text.match(/\\begin\{tabular\}/g)).toHaveLength(2);
    expect(text.match(/(?<!\\)[%#]/g)).toBeNull();
  });
});

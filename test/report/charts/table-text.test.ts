/** One table, four ways: what is quoted, rounded and escaped in each. */
import { describe, expect, it } from "@jest/globals";
import { dataTable, tableMarkup } from "../../../src/report/charts/data-table.ts";
import { csvAddress, csvFileName, csvText, latexText, markdownText } from "../../../src/report/charts/table-text.ts";
import { fixedText } from "../../../src/report/words/number-text.ts";

const table = dataTable<readonly [string, number | null]>({
  title: "Rankers on test",
  columns: [
    { name: "ranker", kind: "text", value: ([name]) => name },
    { name: "NDCG@10", kind: "number", value: ([, value]) => value, show: ([, value]) => fixedText(value) },
  ],
  rows: [
    ['a,"b"', 0.123456789],
    ["50 % | x_1", null],
  ],
  isMarked: ([name]) => name.startsWith("a"),
});

describe("a table as text", () => {
  it("is CSV of unrounded values, quoted where it must be (RFC 4180)", () => {
    expect(csvText(table)).toBe('ranker,NDCG@10\r\n"a,""b""",0.123456789\r\n50 % | x_1,\r\n');
    expect(decodeURIComponent(csvAddress(table).split(",").slice(1).join(","))).toBe(csvText(table));
    expect(csvFileName(table)).toBe("rankers-on-test.csv");
  });

  it("is Markdown of what the page shows, bars escaped", () => {
    expect(markdownText(table)).toBe(
      '| ranker | NDCG@10 |\n| --- | ---: |\n| a,"b" | 0.1235 |\n| 50 % \\| x_1 | – |\n',
    );
  });

  it("is LaTeX of what the page shows, its signs escaped", () => {
    expect(latexText(table)).toBe(
      [
        "% Rankers on test; needs \\usepackage{booktabs}",
        "\\begin{tabular}{lr}",
        "  \\toprule",
        "  ranker & NDCG@10 \\\\",
        "  \\midrule",
        '  a,"b" & 0.1235 \\\\',
        "  50 \\% | x\\_1 & -- \\\\",
        "  \\bottomrule",
        "\\end{tabular}",
        "",
      ].join("\n"),
    );
  });

  it("is HTML that sorts by the unrounded value and marks the subject", () => {
    const { text } = tableMarkup(table, { sortable: true });
    expect(text).toContain('<td class="number" data-value="0.123456789">0.1235</td>');
    expect(text).toContain('<tr class="marked"><th scope="row" class="text">a,&quot;b&quot;</th>');
    expect(text).toContain("<table data-sortable>");
  });
});

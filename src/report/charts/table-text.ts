/** Tables as text for other tools: CSV of the unrounded values, Markdown and LaTeX of what the page shows. */
import { type Column, type DataTable, shownText } from "./data-table.ts";

/** RFC 4180: lines end in CRLF; fields with a comma, quote or line end are quoted. Null is an empty field. */
export function csvText({ columns, rows }: DataTable): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map((column) => column.value(row)))];
  return lines
    .map((line) => `${line.map((cell) => csvField(cell === null ? "" : String(cell))).join(",")}\r\n`)
    .join("");
}

/** A GitHub table; bars inside a cell are escaped. */
export function markdownText({ columns, rows }: DataTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const cell = (text: string): string => text.replace(/[\\|]/g, "\\$&").replaceAll("\n", " ");
  return [
    line(columns.map(({ name }) => cell(name))),
    line(columns.map(({ kind }) => (kind === "number" ? "---:" : "---"))),
    ...rows.map((row) => line(columns.map((column) => cell(shownText(column, row))))),
  ].join("");
}

/** A tabular of booktabs rules: needs \usepackage{booktabs}. */
export function latexText({ title, columns, rows }: DataTable): string {
  const line = (cells: readonly string[]): string => `  ${cells.map(latexCell).join(" & ")} \\\\\n`;
  const alignment = columns.map(({ kind }) => (kind === "number" ? "r" : "l")).join("");
  return [
    `% ${title.replaceAll("\n", " ")}; needs \\usepackage{booktabs}\n`,
    `\\begin{tabular}{${alignment}}\n  \\toprule\n`,
    line(columns.map(({ name }) => name)),
    "  \\midrule\n",
    ...rows.map((row) => line(columns.map((column: Column<unknown>) => shownText(column, row)))),
    "  \\bottomrule\n\\end{tabular}\n",
  ].join("");
}

/** A link that holds the file itself. */
export function csvAddress(table: DataTable): string {
  return `data:text/csv;charset=utf-8,${encodeURIComponent(csvText(table))}`;
}

/** Such as "learning-curves.csv": letters, digits and dashes only. */
export function csvFileName({ title }: DataTable): string {
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `${name || "table"}.csv`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function latexCell(text: string): string {
  return text.replace(/[\\&%$#_{}~^\u2212–<>]/g, (sign) => LATEX[sign]!);
}

const LATEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "{": "\\{",
  "}": "\\}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "\u2212": "$-$",
  "–": "--",
  "<": "$<$",
  ">": "$>$",
};

/**
 * Part of `make lint`: prose and comments stay within 120 columns, where the formatter does not see to it.
 *
 *   node test/lint/line-length.mjs             every file of the project that git knows or does not ignore
 *   node test/lint/line-length.mjs FILE ...    these files
 *
 * Prose is all of a Markdown file but tables, code and link definitions, which cannot be wrapped. Comments are whole
 * lines or stand behind code. A line of one unbroken word, such as an address, passes. Exit status 1 with one line
 * for each finding.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export const MOST_COLUMNS = 120;

/** By the end of a file's name; the first that fits. Other files are not looked at. */
const languages = [
  { names: /\.md$/, linesOf: proseLines },
  { names: /\.(ts|mjs|cjs|js|cpp|hpp)$/, linesOf: slashComments },
  { names: /(\.(sh|py|ya?ml)|^Makefile|^Dockerfile)$/, linesOf: hashComments },
];

/** The lines of `text` that are too long, as { line, columns } with lines from 1. `file` is only asked for its name. */
export function longLines(file, text) {
  const language = languages.find(({ names }) => names.test(path.basename(file)));
  if (language === undefined) return [];
  const lines = text.split("\n");
  return language
    .linesOf(lines)
    .map((line) => ({ line: line + 1, columns: [...lines[line]].length, text: lines[line] }))
    .filter(({ columns, text: wide }) => columns > MOST_COLUMNS && isBreakable(wide))
    .map(({ line, columns }) => ({ line, columns }));
}

/** Whether more than one word is left without the marks of comments and lists before them. */
function isBreakable(line) {
  return /\S\s+\S/.test(line.replace(/^[\s/*#>-]*/, ""));
}

/** Indices of lines that are neither table nor code nor a link's definition. */
function proseLines(lines) {
  const prose = [];
  let fence = null;
  let isCode = false; // indented by four after an empty line, outside lists
  let isList = false;
  for (const [index, line] of lines.entries()) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null;
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    if (line.trim() === "") continue;
    const isIndented = /^( {4}|\t)/.test(line);
    isCode = isIndented && !isList && (isCode || (lines[index - 1] ?? "").trim() === "");
    if (!isIndented) isList = /^\s*([-*+]|\d+[.)])\s/.test(line) || (isList && /^\s/.test(line));
    if (!isCode && !/^\s*(\||\[[^\]]+\]:\s)/.test(line)) prose.push(index);
  }
  return prose;
}

/** Indices of lines with a comment of C++ or TypeScript, also within the shaders that TypeScript holds as text. */
function slashComments(lines) {
  let isInside = false;
  return [...lines.keys()].filter((index) => {
    const line = lines[index].trim();
    if (isInside || line.startsWith("/*")) {
      isInside = !line.includes("*/");
      return true;
    }
    return line.startsWith("//") || hasCommentBehindCode(line, /\s(\/\/|\/\*)\s/g);
  });
}

function hashComments(lines) {
  return [...lines.keys()].filter((index) => {
    const line = lines[index].trim();
    return line.startsWith("#") || hasCommentBehindCode(line, /\s##?\s/g);
  });
}

/** A mark counts where every quotation before it is closed, so that one inside a text is none. */
function hasCommentBehindCode(line, mark) {
  return [...line.matchAll(mark)].some(({ index }) =>
    ['"', "'", "`"].every((quote) => line.slice(0, index).split(quote).length % 2 === 1),
  );
}

/** Relative to the working folder, or null where git cannot say. */
function projectFiles() {
  try {
    const names = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return names.split("\0").filter((name) => name !== "" && existsSync(name));
  } catch {
    return null;
  }
}

function main(named) {
  const files = named.length > 0 ? named : projectFiles();
  if (files === null) {
    console.error("line-length: git lists no files here; name the files: node test/lint/line-length.mjs FILE ...");
    return 1;
  }
  const found = files.flatMap((file) =>
    languages.some(({ names }) => names.test(path.basename(file)))
      ? longLines(file, readFileSync(file, "utf8")).map(({ line, columns }) => `${file}:${line}: ${columns} columns`)
      : [],
  );
  if (found.length === 0) return 0;
  const lines = found.length === 1 ? "1 line" : `${found.length} lines`;
  console.error([...found, `line-length: ${lines} of prose or comment over ${MOST_COLUMNS} columns; wrap`].join("\n"));
  return 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));

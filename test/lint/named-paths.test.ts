/** Paths of this repository that its pages name: every one is there, so that nobody looks for a file that has moved. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../..");

/** CHANGELOG.md is left out: it tells of files as they were. */
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"],
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.posix.join("docs", name.split(path.sep).join("/"))),
];

const NAMED = /(?<![\w./-])(?:\.\.\/|\.\/)*((?:src|pipelines|library|test|bench)\/[\w./*<>-]*)/g;

describe("paths in pages", () => {
  it.each(pages)("%s names files that are there", (page) => {
    const text = readFileSync(path.join(root, page), "utf8");
    const named = [...text.matchAll(NAMED)].map((match) => match[1]!.replace(/[.-]+$/, ""));
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});

/** A star stands for any part of a name; <such a word>, and a lone x, for a name that a reader chooses. */
function isThere(name: string): boolean {
  const parts = name.split("/").filter((part) => part !== "");
  const free = parts.findIndex((part) => /<|^x$|^x[.-]|^node_modules$/.test(part));
  const fixed = free < 0 ? parts : parts.slice(0, free);
  return matches(".", fixed);
}

function matches(folder: string, parts: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return true;
  if (!part.includes("*")) return existsSync(path.join(root, folder, part)) && matches(path.join(folder, part), rest);
  const pattern = new RegExp(`^${part.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return readdirSync(path.join(root, folder))
    .filter((name) => pattern.test(name))
    .some((name) => matches(path.join(folder, name), rest));
}

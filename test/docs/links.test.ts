/** Links of pages: every file and heading is there, and the index of docs leads to every page. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { anchorsOf, linksOf } from "../support/documents/page-links.ts";

const root = path.resolve(import.meta.dirname, "../..");
const inDocs = readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
  .map((name) => path.posix.join("docs", name.split(path.sep).join("/")))
  .filter((name) => !name.includes("node_modules"));
const docPages = inDocs.filter((name) => name.endsWith(".md"));
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...["bench/README.md", "data/README.md", "models/README.md", "test/fixtures/arrow/README.md"],
  ...docPages,
];
const ON_THIS_PAGE = "\nOn this page: ";
const isElsewhere = (target: string): boolean => /^[a-z]+:/.test(target);

describe("links in pages", () => {
  it.each(pages)("%s leads to what is there", (page) => {
    const broken = linksOf(textOf(page))
      .filter(({ target }) => !isElsewhere(target))
      .map(({ target, line }) => ({ target, line, problem: problemOf(page, target) }))
      .filter(({ problem }) => problem !== null);
    expect(broken).toEqual([]);
  });

  it.each(docPages.filter((page) => textOf(page).includes(ON_THIS_PAGE)))("%s lists its sections in order", (page) => {
    const [, list] = textOf(page).split(ON_THIS_PAGE);
    const listed = linksOf(list!.split("\n\n")[0]!).map(({ target }) => target.slice(1));
    expect(listed).toEqual([...anchorsOf(textOf(page).replaceAll(/^#{3,} .*$/gm, ""))].slice(1)); // behind the title
  });

  it("lead from docs/README.md to every page of docs", () => {
    const index = new Set(targetsOf("docs/README.md"));
    const apart = docPages.filter((page) => page !== "docs/README.md" && !page.startsWith("docs/decisions/"));
    expect(apart.filter((page) => !index.has(page))).toEqual([]);
    expect(index).toContain("docs/decisions");
  });

  it("show every picture of docs, none of them large", () => {
    const pictures = inDocs.filter((name) => /\.(png|svg)$/.test(name));
    const shown = new Set(pages.flatMap(targetsOf));
    expect(pictures.filter((name) => !shown.has(name))).toEqual([]);
    const most = (name: string): number => (name.endsWith(".svg") ? 60_000 : 150_000); // bytes
    expect(pictures.filter((name) => statSync(path.join(root, name)).size > most(name))).toEqual([]);
  });
});

function textOf(page: string): string {
  return readFileSync(path.join(root, page), "utf8");
}

/** Files of this repository that the page links to, relative to its root. */
function targetsOf(page: string): string[] {
  return linksOf(textOf(page))
    .filter(({ target }) => !isElsewhere(target))
    .map(({ target }) => fileOf(page, target));
}

function fileOf(page: string, target: string): string {
  const [file = ""] = target.split("#");
  return file === "" ? page : path.posix.join(path.posix.dirname(page), file).replace(/\/$/, "");
}

/** Null where the link leads somewhere. */
function problemOf(page: string, target: string): string | null {
  const file = fileOf(page, target);
  if (file.startsWith("..")) return "outside of the repository";
  if (!existsSync(path.join(root, file))) return `no ${file}`;
  const anchor = target.split("#")[1];
  if (anchor === undefined || !file.endsWith(".md")) return null;
  return anchorsOf(textOf(file)).has(anchor) ? null : `no heading #${anchor} in ${file}`;
}

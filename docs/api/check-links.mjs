/**
 * Whether every link of generated HTML pages leads to a file, and to a place in it, that is there.
 *
 *   node docs/api/check-links.mjs FOLDER
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** A line for each broken link of the pages in `folder`. */
export function brokenLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, readFileSync(path.join(folder, page), "utf8")]));
  return pages.flatMap((page) =>
    linksOf(texts.get(page))
      .filter((link) => !isThere(folder, page, link, texts))
      .map((link) => `${page}: ${link}`),
  );
}

/** Relative links alone: addresses elsewhere are not asked for. */
function linksOf(html) {
  const found = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => link.replaceAll("&amp;", "&"));
  return [...new Set(found)].filter((link) => link !== "" && !/^[a-z]+:|^\/\//i.test(link));
}

function isThere(folder, page, link, texts) {
  const [file, anchor = ""] = link.split("#");
  const target = file === "" ? page : path.join(path.dirname(page), decodeURIComponent(file.split("?")[0]));
  const found = path.join(folder, target);
  if (!existsSync(found) || !statSync(found).isFile()) return false;
  const text = texts.get(target);
  return anchor === "" || text === undefined || text.includes(` id="${anchor}"`);
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("give the folder of the pages: node docs/api/check-links.mjs build/api");
  const broken = brokenLinks(folder);
  for (const line of broken) console.error(line);
  console.log(broken.length === 0 ? `${folder}: every link leads somewhere` : `${broken.length} broken links`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

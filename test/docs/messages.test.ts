/** Messages that docs/troubleshooting.md quotes still stand in the sources, so that whoever searches finds them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parseSync } from "@swc/core";

const root = path.resolve(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/troubleshooting.md"), "utf8");

/** The first line of each text block: the message; what stands below it is of the reader's own data. */
const quoted = [...page.matchAll(/^```text\n(.+)$/gm)].map(([, line]) => line!);

/** A shorter text stands in many messages and tells nothing of one. */
const LEAST_LITERAL = 9;
/** The rest are values: names, numbers, paths. */
const LEAST_SHARE = 0.5;

const patterns = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => path.join("src", name))
  .concat(
    readdirSync(path.join(root, "pipelines"), { recursive: true, encoding: "utf8" }).map((name) =>
      path.join("pipelines", name),
    ),
  )
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => literalsIn(parseSync(readFileSync(path.join(root, name), "utf8"), { syntax: "typescript" })))
  .filter((literals) => Math.max(...literals.map((text) => text.length)) >= LEAST_LITERAL)
  .map((literals) => new RegExp(literals.map((text) => `(${escaped(text)})`).join(".*?"), "d"));

describe("messages in docs/troubleshooting.md", () => {
  it("are twenty and more, each once", () => {
    expect(quoted.length).toBeGreaterThanOrEqual(20);
    expect(new Set(quoted).size).toBe(quoted.length);
  });

  it.each(quoted)("%s", (message) => {
    const isOurs = new Uint8Array(message.length);
    for (const pattern of patterns) {
      for (const place of pattern.exec(message)?.indices?.slice(1) ?? []) isOurs.fill(1, ...(place ?? [0, 0]));
    }
    expect(isOurs.reduce((sum, is) => sum + is, 0) / message.length).toBeGreaterThanOrEqual(LEAST_SHARE);
  });
});

/** The literal parts of every string and template of a syntax tree, without what follows a line's end. */
function literalsIn(node: unknown): string[][] {
  if (node === null || typeof node !== "object") return [];
  if (Array.isArray(node)) return node.flatMap(literalsIn);
  const { type, value, quasis } = node as { type?: string; value?: string; quasis?: { cooked: string | null }[] };
  const own =
    type === "StringLiteral"
      ? [[value!]]
      : type === "TemplateLiteral"
        ? [quasis!.map(({ cooked }) => cooked ?? "")]
        : [];
  return [...own, ...Object.values(node).flatMap(literalsIn)];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

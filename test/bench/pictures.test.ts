/** The diagrams of docs/images are those that bench/pictures.mjs draws, whole and in the report's colours. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parseHTML } from "linkedom";
import { colourStyle } from "../../src/report/page/page-style.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { diagrams } = await import(path.join(root, "bench/pictures/diagrams.mjs"));
const drawn: readonly (readonly [file: string, svg: string])[] = diagrams(colourStyle);

describe("diagrams", () => {
  it.each(drawn)("%s is as it is drawn; node bench/pictures.mjs writes it anew", (file, svg) => {
    expect(readFileSync(path.join(root, "docs/images", file), "utf8") === svg).toBe(true);
  });

  it.each(drawn)("%s tells what it shows to those who cannot see it", (_, svg) => {
    const { document } = parseHTML(svg);
    expect(document.querySelector("title")!.textContent).not.toBe("");
    expect(document.querySelector("desc")!.textContent.length).toBeGreaterThan(40);
  });
});

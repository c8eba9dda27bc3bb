/** What `make docs` asks of the pages it has generated: each link leads to a file and to a place in it. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const { brokenLinks } = await import(path.resolve(import.meta.dirname, "../../docs/api/check-links.mjs"));
const temporary = useTemporaryFolder();

describe("links of generated pages", () => {
  it("are found broken where file or place is missing, and only there", () => {
    const folder = temporary("pages");
    mkdirSync(path.join(folder, "modules"), { recursive: true });
    const links = ["modules/engine.html", "modules/engine.html#open", "modules/engine.html#gone", "none.html", "#top"];
    const anchors = links.map((link) => `<a href="${link}">x</a>`).join("");
    writeFileSync(
      path.join(folder, "index.html"),
      `<h1 id="top">x</h1>${anchors}<a href="https://example.org/x">x</a>`,
    );
    writeFileSync(
      path.join(folder, "modules/engine.html"),
      '<h2 id="open">x</h2><img src="../gone.svg"><a href="..">x</a>',
    );
    expect(brokenLinks(folder)).toEqual([
      "index.html: modules/engine.html#gone",
      "index.html: none.html",
      "modules/engine.html: ../gone.svg",
      "modules/engine.html: ..",
    ]);
  });
});

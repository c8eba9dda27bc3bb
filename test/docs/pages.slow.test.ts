/**
 * Pages as a reader would follow them: every command works, in its order, and prints what the page shows. Each page has
 * an empty folder of its own. `make doc-outputs` (WRITE_DOCS=1) writes into the pages what is printed today.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { pageParts, shortenedLike, withOutputs } from "../support/documents/page-parts.ts";
import { hasNativeEngine, openPageShell } from "../support/documents/page-shell.ts";
import { outputDifference } from "../support/documents/same-output.ts";
import { freePort } from "../support/servers/free-port.ts";

const root = path.resolve(import.meta.dirname, "../..");
const pages = ["README.md", "docs/tutorial.md", "docs/concepts/log-to-dataset.md", "docs/concepts/protocols.md"];
const isWriting = process.env.WRITE_DOCS === "1";

/** Where a page's server listens; in its place, the test takes a port that is free. */
const PORT_OF_PAGES = "8080";

const describePages = hasNativeEngine ? describe : describe.skip;
const title = `pages with commands${hasNativeEngine ? "" : " (skipped: they show the native engine, which is not built)"}`;

describePages(title, () => {
  it.each(pages)(
    "%s prints what it shows",
    async (name) => {
      const file = path.join(root, name);
      const page = readFileSync(file, "utf8");
      const shown = pageParts(page).filter((part) => part.kind === "command");
      expect(shown.length).toBeGreaterThan(1);
      const printed = await outputsOf(page);
      const outputs = shown.map(({ output }, index) => shortenedLike(output, printed[index]!));
      const differences = shown.map(({ output }, index) => outputDifference(output, outputs[index]!));
      if (isWriting) {
        // What differs by seconds alone stays as it is.
        const kept = shown.map(({ output }, index) => (differences[index] === null ? output : outputs[index]!));
        writeFileSync(file, withOutputs(page, kept));
        return;
      }
      const found = shown.flatMap(({ command }, index) =>
        differences[index] === null ? [] : [`$ ${command}\n${differences[index]}`],
      );
      expect(found).toEqual([]);
    },
    900_000, // minutes, where a dozen other programs run
  );
});

/** Writes the page's files and carries out its commands, in their order; what each printed. */
async function outputsOf(page: string): Promise<readonly (readonly string[])[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "page-"));
  const port = String(await freePort());
  const shell = await openPageShell(folder);
  const outputs: (readonly string[])[] = [];
  try {
    for (const part of pageParts(page)) {
      if (part.kind === "file") {
        writeFileSync(path.join(folder, part.name), part.text.replaceAll(PORT_OF_PAGES, port));
        continue;
      }
      const lines = await shell.run(part.command.replaceAll(PORT_OF_PAGES, port));
      outputs.push(lines.map((line) => line.replaceAll(port, PORT_OF_PAGES).trimEnd()));
    }
  } finally {
    await shell.close();
    rmSync(folder, { recursive: true });
  }
  return outputs;
}

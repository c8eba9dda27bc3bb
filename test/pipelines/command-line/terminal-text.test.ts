/** What a terminal would obey is shown instead, wherever a line of this program comes from. */
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { runCommandLine } from "../../../pipelines/command-line/run-command-line.ts";
import { terminalText } from "../../../pipelines/command-line/terminal-text.ts";
import type { Stage } from "../../../pipelines/stage.ts";
import { DataError } from "../../../src/errors.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

// A title that clears the screen (C0 and C1), rings, overwrites its line, and reverses the rest of it.
const EVIL = "a\u001b[2J\u009b31m\u0007\rb\u202ec\u2066d\u0000e\u007ff";
const SHOWN = "a\\u001b[2J\\u009b31m\\u0007\\u000db\\u202ec\\u2066d\\u0000e\\u007ff";

describe("text for a terminal", () => {
  it("shows control characters and signs of direction, and keeps everything else", () => {
    expect(terminalText(EVIL)).toBe(SHOWN);
    const plain = "first line\n\tsecond: ÄÖ 日本語 עברית 👩‍👩‍👧 “quoted” \\u001b";
    expect(terminalText(plain)).toBe(plain);
  });

  it("keeps JSON the same JSON", () => {
    const value = { title: EVIL, list: ["\u2028", "\n"] };
    const line = terminalText(JSON.stringify(value));
    expect(line).not.toMatch(/(?!\n)[\p{Cc}\u202e\u2028]/u);
    expect(JSON.parse(line)).toEqual(value);
  });

  it.each(["text", "json", "log", "error", "debug"])("is what a stage's %s becomes", async (way) => {
    const stage: Stage = {
      name: "evil",
      schema: z.object({}),
      async run(_, context) {
        if (way === "log") context.log(`item ${EVIL}`);
        if (way === "error" || way === "debug") throw new DataError(`item ${EVIL}`);
        return { json: { title: EVIL }, text: `item ${EVIL}` };
      },
    };
    let said = "";
    const write = (text: string): void => {
      said += text;
    };
    const flags = way === "json" ? ["--json"] : way === "debug" ? ["--debug"] : [];
    await runCommandLine(
      ["evil", ...flags],
      [{ name: "evil", summary: "", schema: async () => stage.schema, load: async () => stage }],
      {
        version: "0",
        stdout: write,
        stderr: write,
        context: () => ({ ...silentContext, log: write }),
      },
    );
    if (way === "json") expect(JSON.parse(said)).toEqual({ title: EVIL });
    else expect(said).toContain(SHOWN);
    expect(said).not.toMatch(/(?![\t\n])[\p{Cc}\u202e\u2066]/u);
  });
});

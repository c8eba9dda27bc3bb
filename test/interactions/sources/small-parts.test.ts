/** Which small files are read as one. */
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { SourceFile } from "../../../src/interactions/sources/open-source.ts";
import { groupParts } from "../../../src/interactions/sources/small-parts.ts";
import type { LogPart } from "../../../src/interactions/sources/split-words.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

function fileOf(name: string, part: LogPart, content: string | Buffer = "user,item\n1,2\n") {
  const path = temporary(name);
  writeFileSync(path, content);
  const text = { kind: "table", wanted: [], encoding: "utf-8" } as unknown as SourceFile["text"]; // as read for a table
  return { part, file: { path, name, text } as SourceFile };
}

const namesOf = (groups: readonly (readonly { readonly file: SourceFile }[])[]) =>
  groups.map((group) => group.map(({ file }) => file.name));

describe("groupParts", () => {
  it("never joins files of different parts of a given split, however alike they are", async () => {
    const files = [fileOf("a.csv", "train"), fileOf("b.csv", "train"), fileOf("test-c.csv", "test")];
    expect(namesOf(await groupParts(files))).toEqual([["a.csv", "b.csv"], ["test-c.csv"]]);
  });

  it.each([
    ["another header", "item,user\n1,2\n"],
    ["another delimiter", "user;item\n1;2\n"],
    ["escapes by backslashes", 'user,item\n"1\\"",2\n"3\\"",4\n'],
    ["line ends of two kinds", "user,item\r\n1,2\n"],
    ["bytes that are not UTF-8", Buffer.from("user,item\n\xe9,2\n", "latin1")],
  ])("leaves a file with %s alone", async (_, content) => {
    const files = [fileOf("d.csv", "log"), fileOf("e.csv", "log", content), fileOf("f.csv", "log")];
    expect(namesOf(await groupParts(files))).toEqual([["d.csv"], ["e.csv"], ["f.csv"]]);
  });

  it("joins text beyond ASCII, fields in quotes, files without a header, and JSON lines of the same keys", async () => {
    const files = [
      fileOf("g.csv", "log"),
      fileOf("h.csv", "log", 'user,item\n"Zoë",2\n'),
      fileOf("i.csv", "log", "1,2\n3,4\n"),
      fileOf("j.csv", "log", "5,6\n"),
      fileOf("k.jsonl", "log", '{"user": 1, "item": 2}\n'),
      fileOf("l.jsonl", "log", '{"item": 2, "user": 3}\n{"user": 4}\n'),
      fileOf("m.jsonl", "log", '{"user": 1, "item": 2, "time": 3}\n'),
    ];
    expect(namesOf(await groupParts(files))).toEqual([
      ["g.csv", "h.csv"],
      ["i.csv", "j.csv"],
      ["k.jsonl", "l.jsonl"],
      ["m.jsonl"],
    ]);
  });
});

/** Which small files are read as one. */
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { SourceFile } from "../../../src/interactions/sources/open-source.ts";
import { groupParts } from "../../../src/interactions/sources/small-parts.ts";
import type { LogPart } from "../../../src/interactions/sources/split-words.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

function fileOf(name: string, part: LogPart, content = "user,item\n1,2\n") {
  const path = temporary(name);
  writeFileSync(path, content);
  const text = { kind: "table", hints: {}, encoding: "utf-8" } as unknown as SourceFile["text"]; // as read for a table
  return { part, file: { path, name, text } as SourceFile };
}

const namesOf = (groups: readonly (readonly { readonly file: SourceFile }[])[]) =>
  groups.map((group) => group.map(({ file }) => file.name));

describe("groupParts", () => {
  it("never joins files of different parts of a given split, however alike they are", async () => {
    const files = [fileOf("a.csv", "train"), fileOf("b.csv", "train"), fileOf("test-c.csv", "test")];
    expect(namesOf(await groupParts(files))).toEqual([["a.csv", "b.csv"], ["test-c.csv"]]);
  });

  it("leaves a file of another header, or with quotes, alone", async () => {
    const files = [
      fileOf("d.csv", "log"),
      fileOf("e.csv", "log", "item,user\n1,2\n"),
      fileOf("f.csv", "log"),
      fileOf("g.csv", "log", 'user,item\n"1",2\n'),
    ];
    expect(namesOf(await groupParts(files))).toEqual([["d.csv"], ["e.csv"], ["f.csv"], ["g.csv"]]);
  });
});

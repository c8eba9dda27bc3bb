/** PGPASSFILE, line by line as libpq has it: https://www.postgresql.org/docs/current/libpq-pgpass.html */
import { chmod, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { passwordFromFile, passwordIn } from "../../src/postgres/password-file.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

describe("a file of passwords", () => {
  const fields = ["db", "5432", "shop", "me"];

  it.each([
    ["db:5432:shop:me:word", "word"],
    ["*:*:*:me:any", "any"],
    ["# db:5432:shop:me:comment\ndb:5432:shop:me:second", "second"],
    ["db:5432:shop:me:first\ndb:5432:shop:me:second", "first"],
    ["db:5432:shop:you:other\nother:5432:shop:me:x", null],
    [String.raw`db:5432:shop:me:wo\:rd\\`, String.raw`wo:rd\ `.trim()],
    ["db:5432:shop:me:word:", "word"],
    ["db:5432:shop:me", null],
    ["", null],
  ])("%j gives %j", (text, password) => {
    expect(passwordIn(text, fields)).toBe(password);
  });

  it("takes a star behind a backslash for a star", () => {
    expect(passwordIn(String.raw`\*:5432:shop:me:word`, fields)).toBeNull();
    expect(passwordIn(String.raw`\*:5432:shop:me:word`, ["*", "5432", "shop", "me"])).toBe("word");
  });

  const temporary = useTemporaryFolder();
  const server = { host: "/run", port: 5432, database: "shop", user: "me" };

  it("is not read where others may read it, which is said", async () => {
    const file = temporary("passwords");
    await writeFile(file, "localhost:5432:shop:me:word\n");
    const lines: string[] = [];
    const found = () => passwordFromFile(server, { PGPASSFILE: file }, (line) => lines.push(line));
    await chmod(file, 0o644);
    expect(await found()).toBeNull();
    expect(lines).toEqual([`${file}: others may read it, so no password is taken from it; chmod 600 mends that`]);
    await chmod(file, 0o600);
    expect(await found()).toBe("word"); // a socket is localhost
    expect(await passwordFromFile(server, { PGPASSFILE: temporary("none") }, () => {})).toBeNull();
  });
});

/** Lists of ids are read like logs: by their first bytes, whatever the line ends, in any layout of JSON. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import { storedZstd } from "../../support/data/stored-zstd.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lists-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listed(
  name: string,
  content: string | Uint8Array,
  type: "integer" | "string" = "integer",
): Promise<unknown[]> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const database = await openWorkDatabase({
    path: ":memory:",
    spillDirectory: path.join(folder, "spill"),
    memoryLimit: "512MB",
    readable: [file],
  });
  try {
    const spelling = { nulls: [], types: { user: type, item: type } } as const;
    await loadIdList(database, "listed", { path: file, roles: ["user"], columns: {}, spelling });
    const rows = await database.rows("SELECT user_text FROM listed ORDER BY user_text");
    return rows.map(({ user_text }) => user_text);
  } finally {
    database.close();
  }
}

describe("a list of users", () => {
  it.each([
    ["ids a line, of several line ends", "users.txt", "7\r\n8\n9\r"],
    ["a table of several line ends", "users.csv", "user_id,name\r\n7,a\n8,b\r9,c\n"],
    ["a table with line ends in quotes", "users.csv", 'user_id,name\n7,"a\r\nb"\n8,"c\nd"\n9,"e\rf"\n'],
    ["a table with backslash escapes", "users.csv", 'user_id,name\n7,"a \\"b, c\\" d"\n8,x\n9,y\n'],
    ["gzip of another name", "users.csv", gzipSync("user_id\n7\n8\n9\n")],
    ["a JSON array", "users.json", '[{"user_id": 7}, {"user_id": 8},\n {"user_id": 9}]'],
    ["JSON of another name", "users.txt", '{"user_id": 7}\n{"user_id": 8}\r\n{"user_id": 9}\n'],
    [
      "a table in Windows-1252",
      "users.csv",
      Buffer.from("user_id,name\n7,caf\xe9 \x93a\x94\n8,\xfc\n9,\xdf\n", "latin1"),
    ],
    ["zstd of several line ends", "users.csv.zst", storedZstd("user_id,name\r\n7,a\n8,b\r9,c\n")],
  ])("is read as %s", async (_, name, content) => {
    expect(await listed(name, content)).toEqual(["7", "8", "9"]);
  });

  it("has ids in Latin-1 and Windows-1252 as the log has them", async () => {
    const inLatin1 = Buffer.from("J\xf6rg\nEve\nZo\xeb\n", "latin1");
    expect(await listed("users.txt", inLatin1, "string")).toEqual(["Eve", "Jörg", "Zoë"]);
    const inWindows1252 = Buffer.from("user_id,x\nJ\xf6rg \x80,1\nEve,2\nZo\xeb,3\n", "latin1");
    expect(await listed("users.csv", inWindows1252, "string")).toEqual(["Eve", "Jörg €", "Zoë"]);
  });

  it.each([
    ["a zip archive", "users.csv", "PK\x03\x04", /a zip archive .*unpack it: unzip/],
    ["UTF-16", "users.csv", Buffer.from("\ufeffuser_id\n7\n", "utf16le"), /UTF-16 text.*iconv/],
    ["Python dicts", "users.json", "{'user_id': 7}\n", /not JSON \(single quotes: Python dicts\)/],
    ["bare values", "users.json", "[7, 8]", /a JSON array of something else than objects/],
  ])("is refused as %s in words", async (_, name, content, message) => {
    await expect(listed(name, content)).rejects.toThrow(message);
  });
});

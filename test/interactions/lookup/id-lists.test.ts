/** Lists of ids are read like logs: by their first bytes, whatever the line ends, in any layout of JSON. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { type IdListRows, type IdRole, loadIdList } from "../../../src/interactions/lookup/id-lists.ts";
import { storedZstd } from "../../support/data/stored-zstd.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lists-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface ListOf {
  readonly roles?: readonly IdRole[];
  readonly type?: "integer" | "string";
  readonly columnNames?: Partial<Readonly<Record<IdRole, readonly string[]>>>;
}

/** Rows as their ids joined by a comma, ascending. */
async function listed(name: string, content: string | Uint8Array, given: ListOf = {}): Promise<string[]> {
  return (await load(name, content, given)).ids;
}

async function load(
  name: string,
  content: string | Uint8Array,
  { roles = ["user"], type = "integer", columnNames = {} }: ListOf,
): Promise<{ readonly ids: string[]; readonly list: IdListRows }> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const database = await openWorkDatabase({
    path: ":memory:",
    spillDirectory: path.join(folder, "spill"),
    memoryLimit: "512MB",
    readable: [file],
  });
  try {
    const spelling = {
      nulls: [],
      types: { user: type, item: type },
      columnNames: { user: [], item: [], ...columnNames },
    } as const;
    const list = await loadIdList(database, "listed", { path: file, roles, columns: {}, weight: null, spelling });
    const rows = await database.rows("SELECT * FROM listed ORDER BY ALL");
    return { ids: rows.map((row) => Object.values(row).join(",")), list };
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
    expect(await listed("users.txt", inLatin1, { type: "string" })).toEqual(["Eve", "Jörg", "Zoë"]);
    const inWindows1252 = Buffer.from("user_id,x\nJ\xf6rg \x80,1\nEve,2\nZo\xeb,3\n", "latin1");
    expect(await listed("users.csv", inWindows1252, { type: "string" })).toEqual(["Eve", "Jörg €", "Zoë"]);
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

describe("a list with a header", () => {
  const codes = { type: "string" } as const;
  it.each([
    ["of a usual name", "customer_id\nC-1\nC-2\n", codes],
    ["that says id", "id\nC-1\nC-2\n", codes],
    ["that says id, over whole numbers", "id\n1\n2\n", {}],
    ["of the log's own name", "Kunde 7\nC-1\nC-2\n", { ...codes, columnNames: { user: ["Kunde 7"] } }],
    ["of any word over codes", "patron\nC-1\nC-2\n", codes],
    ["in a table, of the log's own name", "name,Kunde\nx,C-1\ny,C-2\n", { ...codes, columnNames: { user: ["Kunde"] } }],
  ])("%s has no user of that name", async (_, content, given) => {
    const ids = (await listed("users.csv", content, given)).map((id) => id.replace("C-", ""));
    expect(ids).toEqual(["1", "2"]);
  });

  it("is none where words are ids", async () => {
    expect(await listed("users.csv", "anna\nbob\ncleo\n", codes)).toEqual(["anna", "bob", "cleo"]);
    expect(await listed("users.csv", "anna7\nbob8\n", codes)).toEqual(["anna7", "bob8"]);
  });

  it("prefers the log's column to one of a usual name", async () => {
    const columnNames = { user: ["customer"] };
    expect(await listed("users.csv", "user_id,customer\n1,C-1\n2,C-2\n", { ...codes, columnNames })).toEqual([
      "C-1",
      "C-2",
    ]);
  });

  it("says what was read", async () => {
    const { list } = await load("users.csv", "id\n7\n7\n8\n", {});
    expect(list).toMatchObject({ rows: 3, distinct: 2 });
    expect(list.note).toMatch(/users\.csv: 3 rows \(text, an id a line, header\); columns: user id$/);
  });
});

describe("a list of pairs", () => {
  const pairs = { roles: ["user", "item"], type: "string" } as const;
  it.each([
    ["of usual names, in any order", "item_id,user_id\nS1,C1\n"],
    ["of the log's own names", "Artikel,Kunde\nS1,C1\n"],
    ["of one known name", "Artikel,whoever\nS1,C1\n"],
    ["of words over codes", "buyer's,things\nC1,S1\n"],
    ["without a header", "C1,S1\n"],
  ])("is read %s", async (_, content) => {
    const columnNames = { user: ["Kunde"], item: ["Artikel"] };
    expect(await listed("pairs.csv", content, { ...pairs, columnNames })).toEqual(["C1,S1"]);
  });

  it("must say which of three columns are which", async () => {
    await expect(listed("pairs.csv", "C1,S1,4\nC2,S2,5\n", pairs)).rejects.toThrow(
      /no user column among column1, column2/,
    );
  });
});

/** Files that are not what their names say, and text written in other ways than ours: read, or refused in words. */
import { symlinkSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { DataError } from "../../../src/errors.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { storedZstd } from "../../support/data/stored-zstd.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

// Three users with four items each, oldest first.
const USERS = ["7", "8", "9"];
const ITEMS = ["21", "22", "23", "24"];
const ROWS = USERS.flatMap((user, u) =>
  ITEMS.map((item, i) => [user, item, String(1_600_000_000 + 86_400 * (4 * u + i))]),
);
const HEADER = "user_id,item_id,timestamp\n";
const CSV = HEADER + ROWS.map((row) => `${row.join(",")}\n`).join("");
const OBJECTS = ROWS.map(([user, item, timestamp]) => ({ user, item, timestamp: Number(timestamp) }));
const TEST_PAIRS = USERS.map((user) => [user, "24"]);

async function reads(name: string, content: string | Uint8Array, flags: Record<string, string> = {}): Promise<void> {
  await folder.ingest({ raw: folder.write(name, content), candidates: "full", ...flags });
  expect(await folder.pairs("test")).toEqual(TEST_PAIRS);
  expect(await folder.pairs("train")).toHaveLength(6);
}

async function refuses(name: string, content: string | Uint8Array, message: RegExp, flags = {}): Promise<void> {
  const outcome = folder.ingest({ raw: folder.write(name, content), candidates: "full", ...flags });
  await expect(outcome).rejects.toThrow(message);
}

describe("the first bytes decide", () => {
  it("reads gzip of any name", async () => {
    await reads("zipped.csv", gzipSync(CSV));
    await reads("log.csv.GZ", gzipSync(CSV));
  });

  it.each([
    ["a zip archive", "log.csv", "PK\x03\x04\x14\x00", /log\.csv: a zip archive .*unpack it: unzip /],
    ["bzip2", "log.csv.bz2", "BZh91AY&SY", /compressed with bzip2; unpack it: bunzip2 /],
    ["xz", "log.csv", "\xfd7zXZ\x00\x00", /compressed with xz; unpack it: unxz /],
    ["a database", "log.csv", "SQLite format 3\x00", /a SQLite database; export the table/],
  ])("names %s and the remedy", async (_, name, content, message) => {
    await refuses(name, Buffer.from(content, "latin1"), message);
  });

  it("names the encoding of UTF-16 without a byte order mark", async () => {
    await refuses("log.csv", Buffer.from(CSV, "utf16le"), /UTF-16 text, expected UTF-8.*iconv -f UTF-16LE/);
  });

  it("refuses settings of text for what is no text, whatever its name", async () => {
    await refuses("log.csv", `${JSON.stringify(OBJECTS)}`, /--quote: log\.csv is json/, { quote: "none" });
  });
});

describe("Arrow packed with LZ4 or ZSTD", () => {
  it.each(["lz4", "zstd"])("is read: %s", async (codec) => {
    const fixture = path.resolve(import.meta.dirname, `../../fixtures/arrow/${codec}.arrow`);
    const ratio = { split: "ratio", "validation-share": "0.3", "test-share": "0.3" };
    const { json } = await folder.ingest({ raw: fixture, candidates: "full", ...ratio, "max-bad-rows": "0.02" });
    // 64 rows of 7 users and 3 items, one of them without a user.
    expect(json).toMatchObject({ rowsRead: 64, users: 7, items: 3 });
  });
});

describe("white space", () => {
  it("parts columns where nothing else does, however wide it is", async () => {
    const wide = CSV.replaceAll(",", "   ").replaceAll("\n", " \n ");
    await reads("log.txt", wide);
    expect(folder.lines.join()).toContain("12 rows (text, white space, header, utf-8)");
    const quoted = CSV.replaceAll(/\w+/g, '"$&"').replaceAll(",", "\t ");
    await reads("log.dat.gz", gzipSync(quoted.replaceAll("\t", " ")));
  });

  it("is one blank each where that is the delimiter given", async () => {
    await reads("log.txt", CSV.replaceAll(",", " "), { delimiter: " " });
  });
});

describe("line ends", () => {
  it.each([
    ["one CRLF among LF", CSV.replace("\n8,21", "\r\n8,21")],
    ["one LF among CRLF", CSV.replaceAll("\n", "\r\n").replace("\r\n8,21", "\n8,21")],
    ["one CR among LF", CSV.replace("\n8,21", "\r8,21")],
    ["one CR among CRLF", CSV.replaceAll("\n", "\r\n").replace("\r\n8,21", "\r8,21")],
    ["CR alone", CSV.replaceAll("\n", "\r")],
  ])("reads %s", async (_, content) => {
    await reads("log.csv", content);
    await reads("log.csv.gz", gzipSync(content));
    await reads("log.csv.zst", storedZstd(content));
  });

  it.each([
    ["LF", "LF", "\n", "\n"],
    ["CR", "LF", "\r", "\n"],
    ["CRLF", "LF", "\r\n", "\n"],
    ["LF", "CRLF", "\n", "\r\n"],
    ["CR", "CRLF", "\r", "\r\n"],
  ])("reads %s inside quotes among %s", async (_inside, _among, inside, end) => {
    const rows = ROWS.map((row, index) => `"a${inside}${index}",${row.join(",")}${end}`).join("");
    await reads("log.csv", `who,user_id,item_id,timestamp${end}${rows}`);
  });

  it("reads JSON lines of several ends", async () => {
    const lines = OBJECTS.map((object) => `${JSON.stringify(object)}\n`).join("");
    await reads("log.jsonl", lines.replace("}\n", "}\r\n"));
  });
});

describe("encodings", () => {
  const shops = (encode: (text: string) => Buffer): Buffer =>
    Buffer.concat([
      Buffer.from("shop,user_id,item_id,timestamp\n"),
      ...ROWS.map((row) => encode(`café “${row[0]}”,${row.join(",")}\n`)),
    ]);
  const windows1252 = (text: string): Buffer =>
    Buffer.from(text.replaceAll("“", "\x93").replaceAll("”", "\x94"), "latin1");

  it("reads Windows-1252 and says so", async () => {
    await reads("log.csv", shops(windows1252), { where: "shop LIKE 'café “%'" });
    expect(folder.lines.join("\n")).toMatch(/12 rows .*windows-1252/);
    await reads("log.csv.zst", storedZstd(shops(windows1252)), { where: "shop LIKE 'café “%'" });
  });

  it("refuses it as Latin-1", async () => {
    await refuses("log.csv", shops(windows1252), /no Latin-1; set --encoding windows-1252/, { encoding: "latin-1" });
  });
});

describe("JSON", () => {
  it.each([
    ["a compact array", JSON.stringify(OBJECTS)],
    ["a pretty array", JSON.stringify(OBJECTS, null, 2)],
    ["objects over several lines", OBJECTS.map((object) => JSON.stringify(object, null, 2)).join("\n")],
    ["an array after a byte order mark", `\ufeff${JSON.stringify(OBJECTS)}`],
  ])("reads %s", async (_, content) => {
    await reads("log.json", content);
    await reads("log.txt", content);
  });

  it("names Python dicts and the remedy", async () => {
    const dicts = OBJECTS.map(({ user, item }) => `{'user': '${user}', 'item': u'${item}'}\n`).join("");
    await refuses("log.json", dicts, /log\.json: not JSON \(single quotes: Python dicts\).*python3 -c/);
  });

  it("names what is no object", async () => {
    await refuses("log.json", "[1, 2]", /a JSON array of something else than objects/);
    await refuses("log.json", CSV, /not JSON \(it begins with "user_id,item_id,timestamp"\)/);
  });
});

describe("damage", () => {
  it("is told in words where a zero byte is in the name of a column", async () => {
    await refuses(
      "log.csv",
      CSV.replace("timestamp", "time\0stamp"),
      /log\.csv: the column "time\\u0000stamp" has a zero/,
    );
  });

  it("of JSON and of Parquet is told without the reader's names of errors", async () => {
    const cut = JSON.stringify(OBJECTS).slice(0, -20);
    await refuses(
      "log.json",
      cut,
      /^log\.json: cannot be read \(Malformed JSON .*\); if it is cut or damaged, write or fetch it/,
    );
    await refuses(
      "log.parquet",
      `PAR1${"x".repeat(40)}`,
      /^log\.parquet: cannot be read \(No magic bytes .*\); if it is cut/,
    );
  });
});

describe("columns that differ by case alone", () => {
  it.each([
    ["log.csv", CSV.replace("timestamp", "timestamp,Stars,stars").replaceAll(/(\d)\n/g, "$1,1,2\n")],
    ["log.jsonl", OBJECTS.map((object) => `${JSON.stringify({ ...object, Stars: 1, stars: 2 })}\n`).join("")],
  ])("are named, of %s", async (name, content) => {
    await refuses(name, content, /the columns "Stars" and "stars" differ by case alone; rename one of them/);
  });

  it("are named, of log.arrow", async () => {
    const columns = ["user_id", "item_id", "Stars", "stars"] as const;
    const writer = await openColumnWriter(
      folder.write("log.arrow", ""),
      columns.map((name) => ({ name, type: "uint32" })),
    );
    await writer.append(Object.fromEntries(columns.map((name) => [name, Uint32Array.of(1)])));
    await writer.close();
    const raw = { raw: `${folder.path}/log.arrow`, candidates: "full" };
    await expect(folder.ingest(raw)).rejects.toThrow(/log\.arrow: the columns "Stars" and "stars" differ by case/);
  });

  it("are named, of log.parquet", async () => {
    // One row of user_id, item_id, Stars and stars, as pyarrow writes it; DuckDB writes no such table.
    const file =
      "UEFSMRUAFRQVFCwVAhUAFQYVBhwAAAACAAAAAgEHAAAAFQAVFBUULBUCFQAVBhUGHAAAAAIAAAACARUAAAAVABUUFRQsFQIVABUGFQYcAAAAAgAAAAIBAQAAABUAFRQVFCwVAhUAFQYVBhwAAAACAAAAAgECAAAAFQQZXDUAGAZzY2hlbWEVCAAVAiUCGAd1c2VyX2lkABUCJQIYB2l0ZW1faWQAFQIlAhgFU3RhcnMlHkysEwgRAAAAFQIlAhgFc3RhcnMlHkysEwgRAAAAFgIZHBlMJgAcFQIZJQYAGRgHdXNlcl9pZBUAFgIWOhY6JghJHBUAFQAVAgA8KQYZJgACAAAAJgAcFQIZJQYAGRgHaXRlbV9pZBUAFgIWOhY6JkJJHBUAFQAVAgA8KQYZJgACAAAAJgAcFQIZJQYAGRgFU3RhcnMVABYCFjoWOiZ8SRwVABUAFQIAPCkGGSYAAgAAACYAHBUCGSUGABkYBXN0YXJzFQAWAhY6FjomtgFJHBUAFQAVAgA8KQYZJgACAAAAFugBFgImCBboAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGUwcAAAcAAAcAAAcAAAAVgEAAFBBUjE=";
    await refuses("log.parquet", Buffer.from(file, "base64"), /log\.parquet: the columns "Stars" and "stars" differ/);
  });
});

describe("quotes", () => {
  const TSV = `title\t${CSV.replaceAll(",", "\t")}`.replaceAll(/\n(?=\d)/g, '\n"Old" Blue\t');

  it("are text in a tab separated file where fields go on after them", async () => {
    await reads("log.tsv", TSV, { where: `title = '"Old" Blue'` });
  });

  it("escaped by a backslash are told by the first lines", async () => {
    const rows = ROWS.map((row) => `"so \\"good\\", twice",${row.join(",")}\n`).join("");
    const where = `title = 'so "good", twice'`;
    await reads("log.csv", `title,${HEADER}${rows}`, { where });
  });

  it("are what --quote and --escape say", async () => {
    const rows = ROWS.map((row) => `'so ~'good~', twice',${row.join(",")}\n`).join("");
    const where = `title = 'so ''good'', twice'`;
    await reads("log.csv", `title,${HEADER}${rows}`, { where, quote: "'", escape: "~" });
    await reads("b.csv", `title,${HEADER}${ROWS.map((row) => `"x" y,${row.join(",")}\n`).join("")}`, { quote: "none" });
  });
});

describe("what spreadsheets and other countries write", () => {
  it("reads the line sep=; and decimal commas", async () => {
    const rows = ROWS.map((row, index) => `${row.join(";")};${index},5\n`).join("");
    const content = `sep=;\nuser_id;item_id;timestamp;rating\n${rows}`;
    await reads("log.csv", content, { decimal: ",", where: "rating >= 0.5" });
  });

  it("reads times as --date-format says and nothing else", async () => {
    const day = (row: number): string => `${String(row + 1).padStart(2, "0")}.02.2021`;
    const dated = (rows: (index: number) => string): string =>
      HEADER + ROWS.map(([user, item], index) => `${user},${item},${rows(index)}\n`).join("");
    await reads("log.csv", dated(day), { "date-format": "%d.%m.%Y" });
    expect(folder.description().timeUnitRead).toBe("%d.%m.%Y");
    const odd = dated((index) => (index === 3 ? "2021-02-04" : day(index)));
    await refuses("odd.csv", odd, /odd\.csv:5: the time cannot be read.*not %d\.%m\.%Y: 2021-02-04/, {
      "date-format": "%d.%m.%Y",
    });
    await refuses("log.csv", dated(day), /--date-format is "%Q", expected one of strptime/, { "date-format": "%Q" });
  });

  it("reads lists with commas in a headerless tab separated file", async () => {
    const rows = ROWS.map(([user, item, time]) => `${user}\t${item}\t${time}\ta,b,c,d\n`).join("");
    await reads("log.txt", rows, { "user-column": "1", "item-column": "2", "time-column": "3" });
  });
});

describe("folders", () => {
  const partition = (user: string): string =>
    HEADER +
    ROWS.filter((row) => row[0] === user)
      .map((row) => `${row.join(",")}\n`)
      .join("");

  it("called like day=2021-02-01 give a column, by folder and by glob", async () => {
    USERS.forEach((user, index) => void folder.write(`raw/day=2021-02-0${index + 1}/part-0.csv`, partition(user)));
    folder.write("raw/day=2021-02-01/_SUCCESS", "");
    const flags = { candidates: "full", where: "day < '2021-02-03'" };
    for (const raw of ["raw", "raw/day=*/part-*.csv", "raw/**/*.csv"]) {
      await folder.ingest({ raw: `${folder.path}/${raw}`, ...flags });
      expect(await folder.pairs("test")).toEqual([
        ["7", "24"],
        ["8", "24"],
      ]);
    }
  });

  it("may hold empty parts and links that lead nowhere", async () => {
    USERS.forEach((user, index) => void folder.write(`raw/part-${index}.csv`, partition(user)));
    folder.write("raw/part-8.csv", "");
    folder.write("raw/part-9.csv", HEADER);
    symlinkSync("/nowhere/part", `${folder.path}/raw/old.csv`);
    await folder.ingest({ raw: `${folder.path}/raw`, candidates: "full" });
    expect(await folder.pairs("test")).toEqual(TEST_PAIRS);
    const said = folder.lines.join("\n");
    expect(said).toMatch(/links that lead nowhere: old\.csv/);
    expect(said).toMatch(/passed over 1 empty files: .*part-8\.csv/);
    const link = folder.ingest({ raw: `${folder.path}/raw/old.csv` });
    await expect(link).rejects.toThrow(/a link to \/nowhere\/part, which is not there/);
    await expect(link).rejects.toBeInstanceOf(DataError);
  });

  it("of small parts are read at once, and a bad row is told of its own file", async () => {
    USERS.forEach((user, index) => void folder.write(`raw/part-${index}.csv`, partition(user)));
    const raw = `${folder.path}/raw`;
    await folder.ingest({ raw, candidates: "full" });
    expect(folder.lines).toContainEqual(expect.stringMatching(/^read 3 files, part-0\.csv to part-2\.csv: 12 rows/));
    expect(await folder.pairs("test")).toEqual(TEST_PAIRS);
    folder.write("raw/part-1.csv", `${partition("8")}8,25,yesterday\n`);
    folder.write("raw/part-2.csv", `${partition("9")}9\n`);
    const outcome = folder.ingest({ raw, candidates: "full" });
    await expect(outcome).rejects.toThrow(/part-1\.csv:6: the time cannot be read/);
    await expect(outcome).rejects.toThrow(/2 of 14 rows.*[\s\S]*part-2\.csv:6: too few columns/);
  });
});

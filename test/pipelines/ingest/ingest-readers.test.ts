/** One log by hand through every reader: whatever the format, the same interactions come out. */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

// Users 10 and 2; times out of order in the file. 10: a(1) b(2) c(3) d(4); 2: e(1) a(2) f(3).
const ROWS = [
  ["10", "7", "5", "4"],
  ["2", "5", "3", "1"],
  ["10", "1", "4", "1"],
  ["10", "3", "4", "3"],
  ["2", "1", "2", "2"],
  ["10", "2", "1", "2"],
  ["2", "6", "4", "3"],
] as const;
const EXPECTED = {
  // Users ascend by value, 2 before 10; each user's rows by time.
  train: [
    ["2", "5"],
    ["10", "1"],
    ["10", "2"],
  ],
  validation: [
    ["2", "1"],
    ["10", "3"],
  ],
  test: [
    ["2", "6"],
    ["10", "7"],
  ],
};
const text = (delimiter: string): string => ROWS.map((row) => `${row.join(delimiter)}\n`).join("");

async function expectSplit(): Promise<void> {
  expect(await folder.pairs("train")).toEqual(EXPECTED.train);
  expect(await folder.pairs("validation")).toEqual(EXPECTED.validation);
  expect(await folder.pairs("test")).toEqual(EXPECTED.test);
}

describe("readers", () => {
  const header = "userId,movieId,rating,timestamp\n";
  it.each([
    ["u.data", text("\t")],
    ["u.data.gz", gzipSync(text("\t"))],
    ["ratings.dat", text("::")],
    ["ratings.csv", header + text(",")],
    ["ratings.csv", `\ufeff${header}${text(",")}`],
    ["ratings.csv", (header + text(",")).replaceAll("\n", "\r\n")],
    ["log.csv", `userId;movieId;rating;timestamp\n${text(";")}`],
    [
      "log.jsonl",
      ROWS.map(
        ([user, item, , time]) => `${JSON.stringify({ user: Number(user), item: Number(item), ts: Number(time) })}\n`,
      ).join(""),
    ],
  ])("reads %s", async (name, content) => {
    folder.write(`raw/${name}`, content);
    await folder.ingest({ raw: `${folder.path}/raw` });
    await expectSplit();
  });

  it("reads an Arrow file with columns of any name", async () => {
    folder.write("raw/x", "");
    const path = `${folder.path}/raw/log.arrow`;
    const writer = await openColumnWriter(path, [
      { name: "who", type: "int64" },
      { name: "what", type: "utf8" },
      { name: "when", type: "int64" },
    ]);
    await writer.append({
      who: BigInt64Array.from(ROWS, ([user]) => BigInt(user)),
      what: ROWS.map(([, item]) => item),
      when: BigInt64Array.from(ROWS, ([, , , time]) => BigInt(time)),
    });
    await writer.close();
    await folder.ingest({ raw: path, "user-column": "who", "item-column": "what", "time-column": "when" });
    await expectSplit();
  });

  it.each([
    ["log.parquet", "(FORMAT parquet)"],
    ["log.csv.zst", "(FORMAT csv, COMPRESSION zstd)"],
  ])("reads %s as another program writes it", async (name, options) => {
    folder.write("raw/x", "");
    const raw = `${folder.path}/raw/${name}`;
    const readable = [raw];
    const database = await openWorkDatabase({
      path: ":memory:",
      spillDirectory: folder.path,
      memoryLimit: "1GB",
      readable,
    });
    const values = ROWS.map(([user, item, rating, time]) => `(${user}.0, '${item}', ${rating}, to_timestamp(${time}))`);
    await database.run(
      `COPY (FROM (VALUES ${values.join(", ")}) AS log(user_id, item_id, rating, time)) TO '${raw}' ${options}`,
    );
    database.close();
    // User ids come as 10.0, as from writers that have no empty integer.
    await folder.ingest({ raw, where: "rating >= 1" });
    await expectSplit();
    expect(folder.description()).toMatchObject({ timeUnitRead: "ISO 8601" });
  });

  it("reads json lines behind a byte order mark, past blank lines, and loses a cut line alone", async () => {
    const lines = ROWS.map(([user, item, , time]) => JSON.stringify({ "a/user": user, "~item": item, ts: time }));
    const cut = '{"a/user":"2","~item":';
    const flags = { "user-column": "a/user", "item-column": "~item", "max-bad-rows": "0.2" };
    const raw = folder.write("log.jsonl", `\ufeff${[lines[0], "", cut, ...lines.slice(1)].join("\r\n")}`);
    await folder.ingest({ raw, ...flags });
    await expectSplit();
    // Blank lines do not count: the cut one is the second record.
    expect(folder.description()).toMatchObject({ rowsRead: 8, firstBadRows: [{ line: 2 }] });
  });

  it("reads the files of a glob as one log, in the order of their names", async () => {
    const lines = text(",").split("\n");
    folder.write("raw/b.csv", header + lines.slice(3).join("\n"));
    folder.write("raw/a.csv", header + lines.slice(0, 3).join("\n"));
    await folder.ingest({ raw: `${folder.path}/raw/*.csv` });
    await expectSplit();
  });

  it("takes row order for time when told to", async () => {
    const byTime = [...ROWS].sort((a, b) => Number(a[3]) - Number(b[3]));
    const path = folder.write("log.csv", `user,item\n${byTime.map(([user, item]) => `${user},${item}\n`).join("")}`);
    await folder.ingest({ raw: path, order: "row" });
    await expectSplit();
    const train = await readColumns(folder.file("train.arrow"));
    expect(train.names).toEqual(["user", "item"]);
  });

  it("keeps Latin-1, quoted delimiters and strings, numbered by their bytes", async () => {
    const rows = ["é", "b", '"a, c"'].flatMap((item, k) => [`u1,${item},${k}`, `u2,${item},${k}`]);
    const path = folder.write("log.csv", Buffer.from(`user,item,time\n${rows.join("\n")}\n`, "latin1"));
    await folder.ingest({ raw: path, candidates: "full" });
    expect(await folder.ids("item")).toEqual(["a, c", "b", "é"]);
    expect(folder.lines.join("\n")).toContain("latin-1");
  });

  it("keeps 64-bit and negative ids exact", async () => {
    const users = ["-9223372036854775808", "-5", "9223372036854775807"];
    const rows = users.flatMap((user) => [1, 2, 3].map((item) => `${user},${-item},${item}`));
    const path = folder.write("log.csv", `user,item,time\n${rows.join("\n")}\n`);
    await folder.ingest({ raw: path, candidates: "full" });
    expect(await folder.ids("user")).toEqual(users);
    expect(await folder.ids("item")).toEqual(["-3", "-2", "-1"]);
  });

  it("makes strings of all ids when one is no 64-bit whole number, 007 and 7 apart", async () => {
    const users = ["7", "007", "18446744073709551615"];
    const rows = users.flatMap((user) => [1, 2, 3].map((item) => `${user},${item},${item}`));
    const path = folder.write("log.csv", `user,item,time\n${rows.join("\n")}\n`);
    await folder.ingest({ raw: path, candidates: "full" });
    expect(await folder.ids("user")).toEqual(["007", "18446744073709551615", "7"]);
  });

  it.each([
    ["seconds", "978300760", 978300760000n],
    ["milliseconds", "978300760123", 978300760123n],
    ["ISO 8601", "2000-12-31T23:12:40+01:00", 978300760000n],
  ])("stores times read as %s in milliseconds", async (unit, time, expected) => {
    const path = folder.write(
      "log.csv",
      `user,item,time\n${[1, 2, 3].map((item) => `1,${item},${time}`).join("\n")}\n`,
    );
    await folder.ingest({ raw: path, candidates: "full" });
    const train = await readColumns(folder.file("train.arrow"));
    expect([...train.int64("timestamp_ms")]).toEqual([expected]);
    expect(folder.description().timeUnitRead).toBe(unit);
    // Equal times: the order of the file decides, so the last row is test.
    expect(await folder.pairs("test")).toEqual([["1", "3"]]);
  });
});

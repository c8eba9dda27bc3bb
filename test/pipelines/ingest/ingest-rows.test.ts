/** Which rows of a file are data: headers, odd first rows, bad bytes, ratings and times that are missing or none. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { momentMs } from "../../../src/config/schemas/ingest/moment.ts";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

const ROWS = Array.from({ length: 24 }, (_, k) => ({ user: 31 + (k % 4), item: 5 + ((k * 7) % 13), time: 1.6e9 + k }));
const LINES = ROWS.map(({ user, item, time }) => `${user},${item},4,${time}`);
const HEADER = "user,item,rating,time";
const USERS = ["31", "32", "33", "34"];
const ingest = (raw: string, more: Record<string, string> = {}) => folder.ingest({ raw, candidates: "full", ...more });
const text = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
const ratioOfPairs = { split: "ratio", "validation-share": "0.2", "test-share": "0.2" };

describe("a header", () => {
  it.each([
    ["of a log", "log.csv", HEADER, LINES],
    ["with types", "log.inter", "user_id:token\titem_id:token", ROWS.map(({ user, item }) => `${user}\t${item}`)],
  ])("%s that stands inside the file too is no row", async (_, name, header, lines) => {
    const raw = folder.write(name, text([header, ...lines.slice(0, 9), header, ...lines.slice(9), header]));
    await ingest(raw, ratioOfPairs);
    expect(await folder.ids("user")).toEqual(USERS);
    expect(folder.description()).toMatchObject({
      rowsRead: 26,
      cleaning: [{ step: "repeated-header", rowsBefore: 26, rowsAfter: 24 }, {}, {}, {}, {}, {}],
    });
  });

  it.each([
    ["a placeholder", "39,5,NA,1600000000"],
    ["a word", "39,5,good,1600000000"],
    ["a usual name", "39,5,score,1600000000"],
    ["a word for an id", "me,5,4,1600000000"],
  ])("is not made of a first row with %s", async (_, odd) => {
    const columns = { "user-column": "1", "item-column": "2", "time-column": "4", "rating-column": "none" };
    await ingest(folder.write("log.csv", text([odd, ...LINES])), columns);
    expect(folder.description()).toMatchObject({
      rowsRead: 25,
      formats: [{ format: expect.stringContaining("no header") }],
    });
  });

  it("is found over columns with a placeholder here and there", async () => {
    const lines = LINES.map((line, k) => (k === 5 ? line.replace(",4,", ",NA,") : line));
    const columns = { "user-column": "who", "item-column": "what", "time-column": "4" };
    await ingest(folder.write("log.csv", text(["who,what,much,when", ...lines])), columns);
    expect(folder.description()).toMatchObject({ rowsRead: 24 });
  });
});

describe("bytes that are not UTF-8", () => {
  const named = ROWS.map(({ user, item, time }) => `Zo\u00eb${user},${item},${time}`);

  it("make one bad row of one bad line, named, and no other file of the rest", async () => {
    folder.write("raw/a.csv", text(["user,item,time", ...named]));
    const bad = Buffer.from(text(["user,item,time", ...named.slice(0, 5), "Zo\u00ff,1,1600000000", ...named.slice(5)]));
    bad[bad.indexOf("\u00ff")] = 0x41; // a start byte gone: what is left cannot begin a character
    folder.write("raw/b.csv", bad);
    const raw = `${folder.path}/raw`;
    await expect(ingest(raw)).rejects.toThrow(/b\.csv:7: not UTF-8/);
    await ingest(raw, { "max-bad-rows": "0.1" });
    expect(await folder.ids("user")).toEqual(USERS.map((user) => `Zo\u00eb${user}`));
    expect(folder.lines.join("\n")).toMatch(/b\.csv: 1 lines are not UTF-8, too few.*read as utf-8/);
  });

  it("are Latin-1 where nearly every line beyond ASCII has them", async () => {
    await ingest(folder.write("log.csv", Buffer.from(text(["user,item,time", ...named]), "latin1")));
    expect(await folder.ids("user")).toEqual(USERS.map((user) => `Zo\u00eb${user}`));
    expect(folder.lines.join("\n")).toMatch(/log\.csv: 24 lines are not UTF-8, nearly all.*read as latin-1/);
  });
});

describe("ratings", () => {
  const half = ["", "NA", "NULL", "nan"].flatMap((none, n) =>
    ROWS.slice(6 * n, 6 * n + 6).map(({ user, item, time }, k) => `${user},${item},${k % 2 === 0 ? none : 4},${time}`),
  );

  it("may be missing where nobody asks for them, and are NaN then", async () => {
    const raw = folder.write("log.csv", text([HEADER, ...half]));
    await ingest(raw);
    const ratings = (await readColumns(folder.file("train.arrow"))).float32("rating");
    expect(new Set(ratings)).toEqual(new Set([Number.NaN, 4]));
    await expect(ingest(raw, { "min-rating": "3" })).rejects.toThrow(
      /12 of 24 rows.*\n.*log\.csv:2: the rating is missing/,
    );
  });

  it("can be declined, and times too", async () => {
    const grades = folder.write("log.csv", text([HEADER, ...ROWS.map(({ user, item }) => `${user},${item},A,soon`)]));
    await expect(ingest(grades)).rejects.toThrow("24 of 24 rows");
    await ingest(grades, { "rating-column": "none", "time-column": "none", ...ratioOfPairs });
    expect((await readColumns(folder.file("train.arrow"))).names).toEqual(["user", "item"]);
    await expect(ingest(grades, { "rating-column": "none", "min-rating": "3" })).rejects.toThrow("--min-rating");
  });
});

describe("candidates among which a guess hits", () => {
  it("are warned of, in the description too", async () => {
    const raw = folder.write("log.csv", text([HEADER, ...LINES]));
    const { json } = await ingest(raw, { candidates: "sampled", negatives: "2" });
    // One positive and two negatives are fewer than the ten of HR@10.
    const words = ["validation", "test"].map((part) =>
      expect.stringMatching(`a ranker that guesses has HR@10 1.00 on ${part},`),
    );
    expect(json.warnings).toEqual(expect.arrayContaining(words));
    expect(folder.description().warnings).toEqual(json.warnings);
    await ingest(raw);
    expect(String(folder.description().warnings)).not.toContain("guesses");
  });
});

describe("times", () => {
  const dated = (format: (k: number) => string): string =>
    text(["user,item,time", ...ROWS.map(({ user, item }, k) => `${user},${item},${format(k)}`)]);

  it.each<[string, (k: number) => string, number, number]>([
    ["yyyymmdd", (k) => `202009${10 + k}`, Date.UTC(2020, 8, 10), Date.UTC(2020, 8, 33)],
    ["yyyymmddHHMM", (k) => `2020091310${10 + k}`, Date.UTC(2020, 8, 13, 10, 10), Date.UTC(2020, 8, 13, 10, 33)],
    [
      "yyyymmddHHMMSS",
      (k) => `202009131326${10 + k}`,
      Date.UTC(2020, 8, 13, 13, 26, 10),
      Date.UTC(2020, 8, 13, 13, 26, 33),
    ],
  ])("written as %s are dates", async (unit, format, firstMs, lastMs) => {
    // Only days of the month that are there: 10 to 30.
    const valid = (k: number): string => format(unit === "yyyymmdd" ? k % 21 : k);
    const { text: shown } = await ingest(folder.write("log.csv", dated(valid)));
    const last = unit === "yyyymmdd" ? Date.UTC(2020, 8, 30) : lastMs;
    expect(folder.description()).toMatchObject({
      timeUnitRead: unit,
      timeSpan: { firstMs, lastMs: last },
      warnings: [],
    });
    expect(shown).toContain("times from 2020-09-1");
  });

  it("of before 1980 or far ahead are warned of, with the span", async () => {
    const early = await ingest(
      folder.write(
        "log.csv",
        dated((k) => `${1000 + k}`),
      ),
    );
    expect(early.json.warnings).toContainEqual(
      expect.stringMatching(/^read as seconds, 24 of 24 rows are of before 1980, the first of 1970-01-01T00:16:40Z/),
    );
    const late = await ingest(
      folder.write(
        "log.csv",
        dated((k) => (k === 0 ? "2031-01-01" : "2020-09-13")),
      ),
    );
    expect(late.json.warnings).toContainEqual(
      expect.stringMatching(/1 of 24 rows are more than a year ahead, the last of 2031-01-01/),
    );
    expect(folder.lines).toContain("times: 2020-09-13T00:00:00Z to 2031-01-01T00:00:00Z (ISO 8601)");
    // Month 13: not dates, so seconds of August 1970.
    const odd = await ingest(
      folder.write(
        "log.csv",
        dated((k) => `20201${3 + (k % 2)}10`),
      ),
    );
    expect(String(odd.json.warnings)).toContain("before 1980");
  });

  it("that pandas lost are missing", async () => {
    const raw = folder.write(
      "log.csv",
      dated((k) => (k === 3 ? "-9223372036854775808" : k === 4 ? "NaT" : `${1.6e9 + k}`)),
    );
    await expect(ingest(raw)).rejects.toThrow(
      /2 of 24.*\n.*log\.csv:5: the time is missing\n.*log\.csv:6: the time is missing/,
    );
    const path = `${folder.path}/log.parquet`;
    const scratch = { path: ":memory:", spillDirectory: folder.path, memoryLimit: "1GB" };
    const database = await openWorkDatabase({ ...scratch, readable: [path] });
    const time = "CASE WHEN k = 3 THEN -9223372036854775808 ELSE 1600000000000000000 + k END";
    await database.run(
      `COPY (SELECT k % 4 AS user, k AS item, ${time} AS time FROM range(24) t(k)) TO '${path}' (FORMAT parquet)`,
    );
    database.close();
    await expect(ingest(path)).rejects.toThrow(/1 of 24.*\n.*log\.parquet: row 4: the time is missing/);
  });

  it.each([
    ["2020-09-13 12:26:40", 1_600_000_000_000],
    ["2020-09-13T12:26:40", 1_600_000_000_000],
    ["2020-09-13 14:26:40+02:00", 1_600_000_000_000],
    ["2020-09-13 14:26:40 +0200", 1_600_000_000_000],
    ["20200913122640", 1_600_000_000_000],
    ["1600000000000", 1_600_000_000_000],
    ["2020-09-13", Date.UTC(2020, 8, 13)],
    ["20200913", Date.UTC(2020, 8, 13)],
    ["2020-02-30", Number.NaN],
    ["13/09/2020", Number.NaN],
  ])("of settings are UTC unless they say otherwise, whatever the machine's zone: %s", (value, expected) => {
    const before = process.env.TZ;
    try {
      process.env.TZ = "Asia/Tokyo";
      expect(momentMs(value)).toBe(expected);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});

/** Logs by hand through the whole stage: what each reader and split makes of them. */
import { readFileSync, statSync, utimesSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../pipelines/dataset-files.ts";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { openColumnWriter } from "../../src/arrow/write-columns.ts";
import { ConfigError } from "../../src/errors.ts";
import { openWorkDatabase } from "../../src/interactions/work-database.ts";
import { IngestFolder } from "../support/ingest-folder.ts";

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
    const database = await openWorkDatabase({ path: ":memory:", spillDirectory: folder.path, memoryLimit: "1GB" });
    const values = ROWS.map(([user, item, rating, time]) => `(${user}.0, '${item}', ${rating}, to_timestamp(${time}))`);
    await database.run(
      `COPY (FROM (VALUES ${values.join(", ")}) AS log(user_id, item_id, rating, time)) TO '${raw}' ${options}`,
    );
    database.close();
    // User ids come as 10.0, as from writers that have no empty integer; a CSV keeps them as text.
    await folder.ingest({ raw, where: "rating >= 1" });
    if (name.endsWith(".parquet")) await expectSplit();
    else
      expect(await folder.pairs("test")).toEqual([
        ["10.0", "7"],
        ["2.0", "6"],
      ]);
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

describe("given splits", () => {
  it("takes the NCF files, the newest train row for validation, and removes a test item from its own negatives", async () => {
    folder.write("raw/x.train.rating", "0\t1\t5\t30\n0\t2\t5\t10\n0\t3\t5\t20\n1\t2\t5\t5\n1\t4\t5\t6\n");
    folder.write("raw/x.test.rating", "0\t4\t5\t40\n1\t1\t5\t7\n");
    folder.write("raw/x.test.negative", "(0,4)\t5\t4\n(1,1)\t3\t6\n");
    await folder.ingest({ raw: `${folder.path}/raw` });
    expect(await folder.pairs("train")).toEqual([
      ["0", "2"],
      ["0", "3"],
      ["1", "2"],
    ]);
    expect(await folder.pairs("validation")).toEqual([
      ["0", "1"],
      ["1", "4"],
    ]);
    const { candidatesTest, description } = await loadDataset(`${folder.dataRoot}/t`);
    // Ids 1..6 become indices 0..5: user 0 keeps 5 (index 4), user 1 has 3 and 6 (indices 2 and 5).
    expect([...candidatesTest.negativeOffsets]).toEqual([0, 1, 3]);
    expect([...candidatesTest.negatives]).toEqual([4, 2, 5]);
    expect(description.candidates.test).toBe("1+2 candidates from x.test.negative");
    expect(description.split.kind).toBe("leave-last-out");
    expect(description.candidateCounts).toMatchObject({ test: { casesWithOwnPositive: 1 } });
  });

  it("counts the lines of official negatives that are of nobody with a test item, and says so", async () => {
    folder.write("raw/x.train.rating", "0\t1\t5\t30\n0\t2\t5\t10\n1\t2\t5\t5\n1\t4\t5\t6\n");
    folder.write("raw/x.test.rating", "0\t4\t5\t40\n");
    // User 1 is in train alone and user 9 nowhere; the empty line is no line.
    folder.write("raw/x.test.negative", "(0,4)\t5\t6\n\n(1,1)\t3\t6\n(9,4)\t5\t6\n");
    const { text } = await folder.ingest({ raw: `${folder.path}/raw` });
    expect(folder.description().candidateCounts).toMatchObject({ test: { linesLeftOut: 2 } });
    expect(text).toContain("2 lines of the official negatives left out");
  });

  it("is one log again when another split is asked for", async () => {
    folder.write("raw/train.csv", "user,item,time\n1,1,1\n1,2,2\n1,3,3\n");
    folder.write("raw/test.csv", "user,item,time\n1,1,4\n");
    await folder.ingest({ raw: `${folder.path}/raw`, split: "leave-last-out", candidates: "full" });
    // The pair (1, 1) of train is the older of two: the newer stays, and is test.
    expect(await folder.pairs("train")).toEqual([["1", "2"]]);
    expect(await folder.pairs("test")).toEqual([["1", "1"]]);
  });

  it("refuses negatives of another split", async () => {
    folder.write("raw/x.train.rating", "0\t1\n0\t2\n");
    folder.write("raw/x.test.rating", "0\t4\n");
    folder.write("raw/x.test.negative", "(0,2)\t5\t6\n");
    await expect(folder.ingest({ raw: `${folder.path}/raw` })).rejects.toThrow(/case 1 names a test item/);
  });

  it("draws validation by seed where rows have no order, the same again for the same seed", async () => {
    const items = Array.from({ length: 30 }, (_, item) => item);
    folder.write("raw/loo.train.tsv", items.map((item) => `1\t${item}\n`).join(""));
    folder.write("raw/loo.test.tsv", "1\t90\n");
    const drawn: string[][][] = [];
    for (const seed of ["1", "1", "2", "3", "4"]) {
      await folder.ingest({ raw: `${folder.path}/raw`, seed, force: true, candidates: "full" });
      drawn.push(await folder.pairs("validation"));
    }
    expect(drawn[1]).toEqual(drawn[0]);
    // Three other seeds all drawing the same of 30 rows: 1 in 27,000 for a fair draw, and fixed for these seeds.
    expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
  });
});

describe("being up to date", () => {
  it("does nothing for the same bytes and settings, and everything again when either changes", async () => {
    const path = folder.write("raw/u.data", text("\t"));
    const raw = `${folder.path}/raw`;
    const status = async (flags = {}) => (await folder.ingest({ raw, ...flags })).json.status;
    expect(await status()).toBe("done");
    const { mtimeMs } = statSync(folder.file("dataset.json"));
    expect(await status()).toBe("up-to-date");
    expect(statSync(folder.file("dataset.json")).mtimeMs).toBe(mtimeMs);
    utimesSync(path, 1, 1); // touched, same bytes
    expect(await status()).toBe("up-to-date");
    expect(await status({ seed: "7" })).toBe("done");
    folder.write("raw/u.data", `${text("\t")}2\t9\t1\t9\n`);
    expect(await status({ seed: "7" })).toBe("done");
    expect(await folder.pairs("test")).toContainEqual(["2", "9"]);
  });

  it("reads bytes anew that stand under a name of another meaning, and not those that were only moved", async () => {
    const flags = { "user-column": "1", "item-column": "2", "time-column": "4" };
    const status = async (raw: string) => (await folder.ingest({ raw, ...flags })).json.status;
    expect(await status(folder.write("log.tsv", text("\t")))).toBe("done");
    expect(await status(folder.write("moved/log.tsv", text("\t")))).toBe("up-to-date");
    expect(await status(folder.write("u.data", text("\t")))).toBe("done");
  });

  it("gives the same content whatever the memory limit", async () => {
    const rows = Array.from({ length: 20_000 }, (_, k) => `${(k * 7919) % 500},${(k * 104_729) % 300},${k % 50}`);
    const path = folder.write("log.csv", `user,item,time\n${rows.join("\n")}\n`);
    await folder.ingest({ raw: path });
    const first = readFileSync(folder.file("train.arrow"));
    await folder.ingest({ raw: path, "memory-limit": "300MB", force: true });
    expect(readFileSync(folder.file("train.arrow")).equals(first)).toBe(true);
  });
});

describe("a condition", () => {
  const HALVES_FROM = 30_000; // more rows than any sniffing of a file's head looks at
  const ratingOf = (row: number): number => (row < HALVES_FROM ? 1 + (row % 3) : 3.5);
  const rows = Array.from({ length: HALVES_FROM + 100 }, (_, row) => [row % 100, row, ratingOf(row), row] as const);

  it("sees the type a column has in the whole file, so that a late 3.5 is not 4", async () => {
    const lines = rows.map((row) => row.join(","));
    const csv = folder.write("log.csv", `user,item,rating,time\n${lines.join("\n")}\n`);
    await expect(folder.ingest({ raw: csv, where: "rating >= 4" })).rejects.toThrow(/none of the 30100 rows/);
  });

  it("sees it in json lines too, and keys that come late", async () => {
    const lines = rows.map(([user, item, rating, time]) =>
      JSON.stringify({ user, item, time, rating, ...(rating === 3.5 ? { late: user < 50 ? "yes" : 1 } : {}) }),
    );
    const raw = folder.write("log.jsonl", lines.join("\n"));
    await expect(folder.ingest({ raw, where: "rating >= 4" })).rejects.toThrow(/none of the 30100 rows/);
    // 50 rows say yes, one a user: too few for a split, which is far enough to have been found.
    await expect(folder.ingest({ raw, where: "late = 'yes'" })).rejects.toThrow(/no user has enough rows/);
  });

  it("takes a few strange values of a column of numbers for missing", async () => {
    const lines = rows.map(([user, item, rating, time]) => `${user},${item},${item === 2 ? "?" : rating},${time}`);
    const raw = folder.write("log.csv", `user,item,score1,time\n${lines.join("\n")}\n`);
    await folder.ingest({ raw, where: "score1 >= 3" });
    // Rows 2, 5, ... of the first 30,000 have 3 and the last 100 have 3.5; row 2 has the "?".
    const { interactions } = folder.description() as { interactions: Record<string, number> };
    expect(Object.values(interactions).reduce((sum, count) => sum + count)).toBe(10_000 + 100 - 1);
  });
});

describe("columns of the wrong kind", () => {
  it("are a matter of the settings, and named once", async () => {
    const raw = `${folder.path}/log.arrow`;
    const writer = await openColumnWriter(raw, [
      { name: "user", type: "bool" },
      { name: "item", type: "uint32" },
    ]);
    await writer.append({ user: Uint8Array.of(0, 1), item: Uint32Array.of(1, 2) });
    await writer.close();
    const ingest = folder.ingest({ raw });
    await expect(ingest).rejects.toBeInstanceOf(ConfigError);
    await expect(ingest).rejects.toThrow(/^log\.arrow: column "user" is of type BOOLEAN, expected/);
  });
});

describe("options without effect", () => {
  it("are refused", async () => {
    const raw = folder.write("log.jsonl", "{}");
    await expect(folder.ingest({ raw, delimiter: ";" })).rejects.toThrow(/--delimiter: log\.jsonl is json/);
    const csv = folder.write("u.data", text("\t"));
    await expect(folder.ingest({ raw: csv, "own-negatives": "keep" })).rejects.toThrow(/no official negatives/);
  });
});

describe("a dataset file", () => {
  it("stands for its settings, with raw beside it", async () => {
    folder.write("u.data", text("\t"));
    const dataset = folder.write("mine.json", JSON.stringify({ raw: "u.data", negatives: 2 }));
    const config = await folder.ingest({ dataset, negatives: "99" });
    expect(config.json).toMatchObject({ dataset: "mine", users: 2 });
  });

  it("refuses settings beside it", async () => {
    const dataset = folder.write("mine.json", "{}");
    await expect(folder.ingest({ dataset, duplicates: "first", negatives: "99" })).rejects.toThrow(
      /^duplicates: given beside/,
    );
  });
});

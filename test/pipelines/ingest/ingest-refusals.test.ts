/** What ingest makes of bad input: a clear error, and no trace of a half-made dataset. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

const HEADER = "user,item,rating,time\n";
const ROWS = Array.from({ length: 40 }, (_, k) => `${k % 4},${k},${(k % 5) + 1},${k}\n`).join("");
const GOOD = HEADER + ROWS;
/** A header and 40 times "17,4". */
const zstd = Buffer.from("KLUv/QBYtQAAeHVzZXIsaXRlbQ0KMTcsNAEAQVClDg==", "base64");

describe("a split by ratio that leaves a part empty", () => {
  const shares = { split: "ratio", "validation-share": "0.0001", "test-share": "0.1" };

  it("names --ratio-by overall unless that is given", async () => {
    const raw = folder.write("a.csv", GOOD);
    const ofEach = folder.ingest({ raw, ...shares });
    await expect(ofEach).rejects.toThrow(
      /leaves no validation rows; raise --validation-share .*, or use --ratio-by overall$/,
    );
    const ofAll = folder.ingest({ raw, ...shares, "ratio-by": "overall" });
    await expect(ofAll).rejects.toThrow(/leaves no validation rows; raise --validation-share or --test-share$/);
  });
});

describe("bad data", () => {
  it.each<[string, string, string | Uint8Array, RegExp]>([
    ["an empty file", "a.csv", "", /a\.csv: the file is empty/],
    ["a header alone", "a.csv", HEADER, /a\.csv: no rows, only a header/],
    [
      "an unreadable time",
      "a.csv",
      `${GOOD}1,2,3,soon\n`,
      /1 of 41 rows .*\n.*a\.csv:42: the time cannot be read.*--date-format.*"soon"/,
    ],
    ["a missing rating", "a.csv", `${GOOD}1,2,,3\n`, /a\.csv:42: the rating is missing/],
    [
      "a short line before a bad value",
      "a.csv",
      `${HEADER}1,2\n${ROWS}1,2,3,soon\n`,
      /a\.csv:2: too few columns: "1,2"\n.*a\.csv:43: the time/,
    ],
    ["a quote that never closes", "a.csv", `${GOOD}1,"2,3,4\n`, /a\.csv:42: a quote that never closes/],
    ["a line beyond 2 MB", "a.csv", `${GOOD}1,${"x".repeat(3_000_000)},3,4\n`, /a\.csv:42: the line is longer/],
    ["UTF-16", "a.csv", Buffer.from(`\ufeff${GOOD}`, "utf16le"), /UTF-16 text, expected UTF-8/],
    ["a cut gzip", "a.csv.gz", gzipSync(GOOD).subarray(0, 60), /cannot be read to the end/],
    ["text called gzip", "a.csv.gz", GOOD, /cannot be read to the end/],
    ["a cut zstd", "a.csv.zst", zstd.subarray(0, -1), /ends in the middle of a frame/],
    ["Parquet in gzip", "a.parquet.gz", gzipSync(GOOD), /a\.parquet\.gz: parquet inside .*gunzip .*a\.parquet\.gz$/],
    ["Arrow in zstd", "a.arrow.zst", zstd, /a\.arrow\.zst: arrow inside .*zstd -d .*a\.arrow\.zst$/],
    ["text called Arrow", "a.arrow", GOOD, /not Arrow/],
    ["text called Parquet", "a.parquet", GOOD, /a\.parquet: .*[Mm]agic/],
    ["numbers and dates as times", "a.csv", `${GOOD}1,2,3,2001-01-01\n`, /40 numbers and 1 dates/],
    ["two rows a user", "a.csv", `${HEADER}1,1,1,1\n1,2,1,2\n`, /leaves no validation rows/],
    [
      "one user, so nothing to rank against",
      "a.csv",
      `${HEADER}1,1,1,1\n1,2,1,2\n1,3,1,3\n`,
      /leaves 0 to draw 2 negatives/,
    ],
  ])("refuses %s", async (_, name, content, message) => {
    const raw = folder.write(name, content);
    const outcome = folder.ingest({ raw, ...(message.source.includes("rating") ? { "min-rating": "1" } : {}) });
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toBeInstanceOf(DataError);
    expect(folder.leftovers()).toEqual([]);
  });

  it("ranks a catalogue whole that is too small for the usual candidates, unless a number was asked for", async () => {
    const raw = folder.write("a.csv", GOOD);
    await folder.ingest({ raw, negatives: "none" });
    expect(folder.description().candidates).toMatchObject({ test: "full catalogue, seen items masked" });
    expect(folder.lines.join("\n")).toMatch(/are too few to draw 99 candidates from for every user/);
    await expect(folder.ingest({ raw, negatives: "99", dataset: "asked" })).rejects.toThrow(
      /to draw 99 negatives from/,
    );
  });

  it("passes over bad rows within the share allowed, and reports them", async () => {
    const raw = folder.write("a.csv", `${GOOD}1,2,3,soon\n1\n,3,3,4\n2,,3,4\n`);
    const { json, text } = await folder.ingest({ raw, "max-bad-rows": "0.05" });
    const steps = Object.fromEntries(
      (json.cleaning as { step: string; rowsBefore: number; rowsAfter: number }[]) // as ingestResult has parsed it
        .map(({ step, rowsBefore, rowsAfter }) => [step, rowsBefore - rowsAfter]),
    );
    expect(json.rowsRead).toBe(44);
    expect(steps).toMatchObject({ malformed: 2, "missing-user": 1, "missing-item": 1 });
    expect(text).toContain("a.csv:42: the time cannot be read");
    expect(text).toContain('a.csv:43: too few columns: "1"');
  });

  it("says how to get a published log that is not there, and nothing of the kind for others", async () => {
    await expect(folder.ingest({ dataset: "ml-100k" })).rejects.toThrow(
      /raw\/ml-100k: there is no such file or folder; fetch it: lawn-ranker data --dataset ml-100k --data-root .*; or put/,
    );
    await expect(folder.ingest({ dataset: "shop" })).rejects.toThrow(/no such file or folder; put the raw log there/);
  });

  it("tells an ambiguous folder from a recognised one with other files beside it", async () => {
    folder.write("raw/u.data", ROWS.replaceAll(",", "\t"));
    folder.write("raw/u.item", "1|Toy Story\n");
    await expect(folder.ingest({ raw: `${folder.path}/raw` })).resolves.toMatchObject({ json: { status: "done" } });
    folder.write("raw/ratings.csv", GOOD);
    await expect(folder.ingest({ raw: `${folder.path}/raw` })).rejects.toThrow(
      /more than one log found \(ratings\.csv; u\.data\)/,
    );
  });
});

describe("wrong use", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["a column that is not there", { "user-column": "who" }, /--user-column is "who", but the columns are user, item/],
    ["a condition that is no condition", { where: "rating + 1" }, /not true or false/],
    [
      "a condition over an unknown column",
      { where: "stars > 1" },
      /holds "stars", which is no column; columns of a.csv: user BIGINT/,
    ],
    ["a second statement", { where: "true); DROP TABLE raw; SELECT (true" }, /not a single SQL expression/],
    ["a clause smuggled in", { where: "true) FROM raw WHERE (true" }, /not a single SQL expression/],
    ["shares without a split that takes them", { "test-share": "0.2" }, /only split time and split ratio/],
    [
      "a share of rows where whole users are held out",
      { split: "users", "validation-share": "0.2" },
      /only split time, ratio and given take it; --held-out-users is the share of users/,
    ],
    ["k-core that leaves nothing", { "min-user-interactions": "99" }, /no rows are left after infrequent/],
    ["official candidates without a file", { candidates: "official" }, /--candidates official needs/],
    ["a given split of one log", { split: "given" }, /expected train and test files/],
    ["a dataset name that leaves the folder", { dataset: "../x" }, /--dataset is/],
    [
      "moments in the wrong order",
      { split: "time", "validation-from": "9", "test-from": "3" },
      /expected validation first/,
    ],
  ])("refuses %s", async (_, flags, message) => {
    const raw = folder.write("a.csv", GOOD);
    await expect(async () => folder.ingest({ raw, ...flags })).rejects.toThrow(message);
  });

  it("names a column of the wrong kind once, as a matter of the settings", async () => {
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

  it("asks for times where leave-last-out has none", async () => {
    const raw = folder.write("a.csv", "user,item\n1,2\n1,3\n1,4\n");
    await expect(folder.ingest({ raw })).rejects.toBeInstanceOf(ConfigError);
  });
});

describe("the data folder", () => {
  it("keeps the former dataset when an ingest fails", async () => {
    await folder.ingest({ raw: folder.write("a.csv", GOOD) });
    const before = folder.description().contentHash;
    await expect(folder.ingest({ raw: folder.write("b.csv", HEADER) })).rejects.toThrow(DataError);
    expect(folder.description().contentHash).toBe(before);
    expect(folder.leftovers()).toEqual(["t"]);
  });

  it("removes what a process that died has left, and puts back a dataset it had moved aside", async () => {
    mkdirSync(`${folder.dataRoot}/.t.partial/former`, { recursive: true });
    writeFileSync(`${folder.dataRoot}/.t.partial/former/dataset.json`, "");
    await expect(folder.ingest({ raw: folder.write("b.csv", HEADER) })).rejects.toThrow(DataError);
    expect(folder.leftovers()).toEqual(["t"]);
  });

  it("never replaces a folder or file that no ingest wrote", async () => {
    const raw = folder.write("data/t/log.csv", GOOD);
    await expect(folder.ingest({ raw })).rejects.toThrow(/data\/t: holds log\.csv, which no ingest wrote/);
    expect(readFileSync(raw, "utf8")).toBe(GOOD);
    const file = folder.write("data/notes", "kept");
    await expect(folder.ingest({ raw, dataset: "notes" })).rejects.toThrow(/data\/notes: is a file/);
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(folder.leftovers()).toEqual(["notes", "t"]);
  });

  it("leaves nothing behind when interrupted", async () => {
    folder.interruption.abort();
    const { exitCode } = await folder.ingest({ raw: folder.write("a.csv", GOOD) });
    expect(exitCode).toBe(130);
    expect(folder.leftovers()).toEqual([]);
  });

  it("says so when it cannot be made", async () => {
    const raw = folder.write("a.csv", GOOD);
    const blocker = folder.write("blocker", "");
    await expect(folder.ingest({ raw, "data-root": blocker })).rejects.toThrow(/cannot write there .*--data-root/);
  });
});

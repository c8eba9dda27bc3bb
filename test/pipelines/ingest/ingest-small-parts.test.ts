/** A log in many small files of any format is read like each of them alone, and what is wrong is told of the file. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

/** Four users with four items each, oldest first; a file holds the rows of one moment. */
const PARTS = [0, 1, 2, 3].map((time) => [0, 1, 2, 3].map((user) => [user, 10 * user + time, 1_600_000_000 + time]));
type Rows = readonly (readonly number[])[];
const csv = (rows: Rows) => `user,item,time\n${rows.map((row) => `${row.join(",")}\n`).join("")}`;
const lines = (rows: Rows) => rows.map(([user, item, time]) => `${JSON.stringify({ user, item, time })}\n`).join("");
const column = (rows: Rows, at: number) => BigInt64Array.from(rows, (row) => BigInt(row[at]!));

async function writeArrow(name: string, rows: Rows, user = "user"): Promise<void> {
  const names = [user, "item", "time"];
  const writer = await openColumnWriter(
    folder.write(name, ""),
    names.map((name) => ({ name, type: "int64" })),
  );
  await writer.append(Object.fromEntries(names.map((name, at) => [name, column(rows, at)])));
  await writer.close();
}

async function writeParquet(name: string, rows: Rows, type = "BIGINT"): Promise<void> {
  const file = folder.write(name, "");
  const place = { path: ":memory:", spillDirectory: folder.path, memoryLimit: "512MB", readable: [file] };
  const database = await openWorkDatabase(place);
  const values = rows.map(([user, item, time]) => `(${user}::${type}, ${item}, ${time})`).join(", ");
  await database.run(`COPY (FROM (VALUES ${values}) AS log("user", item, time)) TO '${file}' (FORMAT parquet)`);
  database.close();
}

const formats: Readonly<Record<string, (name: string, rows: Rows) => unknown>> = {
  "csv.gz": (name, rows) => folder.write(name, gzipSync(csv(rows))),
  jsonl: (name, rows) => folder.write(name, lines(rows)),
  arrow: writeArrow,
  parquet: writeParquet,
};

/** The further steps of cleaning. */
const REST = [{}, {}, {}, {}];
const raw = () => path.join(folder.path, "raw");

describe("small files together", () => {
  it.each(Object.keys(formats))("are read as one log: %s", async (format) => {
    for (const [at, rows] of PARTS.entries()) await formats[format]!(`raw/part-${at}.${format}`, rows);
    await folder.ingest({ raw: raw(), candidates: "full" });
    expect(folder.lines.join("\n")).toContain(`read 4 files, part-0.${format} to part-3.${format}: 16 rows`);
    // The newest row of each user.
    expect(await folder.pairs("test")).toEqual([0, 1, 2, 3].map((user) => [String(user), String(10 * user + 3)]));
  });

  it("of other columns or types are read alone", async () => {
    await writeParquet("raw/part-0.parquet", PARTS[0]!);
    await writeParquet("raw/part-1.parquet", PARTS[1]!, "DOUBLE");
    await writeParquet("raw/part-2.parquet", PARTS[2]!);
    await writeParquet("raw/part-3.parquet", PARTS[3]!, "VARCHAR");
    await folder.ingest({ raw: raw(), candidates: "full" });
    expect(folder.lines.join("\n")).toContain("read part-1.parquet: 4 rows");
    expect(await folder.ids("user")).toEqual(["0", "1", "2", "3"]);
    for (const at of [0, 2, 3]) await writeArrow(`arrow/part-${at}.arrow`, PARTS[at]!);
    await writeArrow("arrow/part-1.arrow", PARTS[1]!, "userId");
    await folder.ingest({ raw: path.join(folder.path, "arrow"), candidates: "full" });
    expect(await folder.ids("user")).toEqual(["0", "1", "2", "3"]);
  });

  it.each([
    ["csv", `${csv(PARTS[2]!)}1,5,soon\n`, "part-2.csv:6: the time cannot be read"],
    ["csv", `${csv(PARTS[2]!)}1,5\n`, "part-2.csv:6: too few columns"],
    ["jsonl", `${lines(PARTS[2]!)}{"user": 1, "item": nothing}\n`, "part-2.jsonl:5: nothing readable in it"],
  ])("with a bad row are told of by its file, of %s: %j", async (format, bad, words) => {
    const write = format === "csv" ? csv : lines;
    for (const [at, rows] of PARTS.entries()) folder.write(`raw/part-${at}.${format}`, write(rows));
    folder.write(`raw/part-2.${format}`, bad);
    await expect(folder.ingest({ raw: raw(), candidates: "full" })).rejects.toThrow(words);
    await folder.ingest({ raw: raw(), candidates: "full", "max-bad-rows": "0.1" });
    expect(folder.description()).toMatchObject({
      rowsRead: 17,
      cleaning: [{ rowsBefore: 17, rowsAfter: 16 }, ...REST],
    });
  });
});

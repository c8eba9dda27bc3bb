/**
 * The stage as a whole: when it has nothing to do, what a dataset file stands for, and which
 * options it will not ignore.
 */
import { readFileSync, statSync, utimesSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

/** Two users with the rows of three splits, times out of order. */
const LOG = ["10\t7\t5\t4", "2\t5\t3\t1", "10\t1\t4\t1", "10\t3\t4\t3", "2\t1\t2\t2", "10\t2\t1\t2", "2\t6\t4\t3"]
  .map((row) => `${row}\n`)
  .join("");

describe("being up to date", () => {
  it("does nothing for the same bytes and settings, and everything again when either changes", async () => {
    const path = folder.write("raw/u.data", LOG);
    const raw = `${folder.path}/raw`;
    const status = async (flags = {}) => (await folder.ingest({ raw, ...flags })).json.status;
    expect(await status()).toBe("done");
    const { mtimeMs } = statSync(folder.file("dataset.json"));
    expect(await status()).toBe("up-to-date");
    expect(statSync(folder.file("dataset.json")).mtimeMs).toBe(mtimeMs);
    utimesSync(path, 1, 1); // touched, same bytes
    expect(await status()).toBe("up-to-date");
    expect(await status({ seed: "7" })).toBe("done");
    folder.write("raw/u.data", `${LOG}2\t9\t1\t9\n`);
    expect(await status({ seed: "7" })).toBe("done");
    expect(await folder.pairs("test")).toContainEqual(["2", "9"]);
  });

  it("says what it is about to replace, where that is no update of the same", async () => {
    const raw = folder.write("u.data", LOG);
    await folder.ingest({ raw });
    const replaced = /holds a dataset of 2 users and \d+ items from .*u\.data, which is replaced; another --dataset/;
    await folder.ingest({ raw, seed: "7" });
    expect(folder.lines.filter((line) => replaced.test(line))).toHaveLength(1);
    await folder.ingest({ raw, seed: "7", force: true });
    folder.write("u.data", `${LOG}2\t9\t1\t9\n`);
    await folder.ingest({ raw, seed: "7" });
    expect(folder.lines.filter((line) => replaced.test(line))).toHaveLength(1);
    await folder.ingest({ raw: folder.write("other/u.data", `${LOG}2\t8\t1\t9\n`), seed: "7" });
    expect(folder.lines.filter((line) => replaced.test(line))).toHaveLength(2);
  });

  it("reads bytes anew that stand under a name of another meaning, and not those that were only moved", async () => {
    const flags = { "user-column": "1", "item-column": "2", "time-column": "4" };
    const status = async (raw: string) => (await folder.ingest({ raw, ...flags })).json.status;
    expect(await status(folder.write("log.tsv", LOG))).toBe("done");
    expect(await status(folder.write("moved/log.tsv", LOG))).toBe("up-to-date");
    expect(await status(folder.write("u.data", LOG))).toBe("done");
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

describe("a dataset file", () => {
  it("stands for its settings, with raw beside it", async () => {
    folder.write("u.data", LOG);
    const dataset = folder.write("mine.json", JSON.stringify({ raw: "u.data", negatives: 2 }));
    const config = await folder.ingest({ dataset, negatives: "none" });
    expect(config.json).toMatchObject({ dataset: "mine", users: 2 });
  });

  it("refuses settings beside it", async () => {
    const dataset = folder.write("mine.json", "{}");
    await expect(folder.ingest({ dataset, duplicates: "first", negatives: "none" })).rejects.toThrow(
      /^duplicates: given beside/,
    );
  });
});

describe("options without effect", () => {
  it("are refused", async () => {
    const raw = folder.write("log.jsonl", "{}");
    await expect(folder.ingest({ raw, delimiter: ";" })).rejects.toThrow(/--delimiter: log\.jsonl is json/);
    const csv = folder.write("u.data", LOG);
    await expect(folder.ingest({ raw: csv, "own-negatives": "keep" })).rejects.toThrow(/no official negatives/);
  });
});

/** Logs whose lines are lists of a user's items, as research splits are published. */

import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

const ingest = (flags = {}) => folder.ingest({ raw: `${folder.path}/raw`, candidates: "full", ...flags });
/** Of ids of one letter each. */
const pairsOf = (text: string): string[][] => text.split(" ").map((pair) => [...pair]);
const written = () => folder.lines.join("\n");

describe("lists of items", () => {
  it("are a given split by the names of the files, with several positives a user", async () => {
    folder.write("raw/train.txt", "0 1 2 3 4\n1 2 3\n2 5 1 6\n");
    // Each line has two words: rows, were it not for the lists beside it.
    folder.write("raw/valid.txt.gz", gzipSync("0 5\n1 4\n"));
    folder.write("raw/test.txt", "0 6 7\r\n1 1 5 6 \r\n2\r\n");
    const { text } = await ingest();
    expect(await folder.pairs("train")).toEqual(pairsOf("01 02 03 04 12 13 25 21 26"));
    expect(await folder.pairs("validation")).toEqual([
      ["0", "5"],
      ["1", "4"],
    ]);
    expect(await folder.pairs("test")).toEqual(pairsOf("06 07 11 15 16"));
    expect(text).toContain("3 users, 7 items, 9 train + 2 validation + 5 test (given; full catalogue");
    expect(written()).toContain(
      "read test.txt: 5 rows (lists of items, user item item ..., whole numbers); 3 lists, 1 without items",
    );
    expect(folder.description()).toMatchObject({
      formats: [
        { file: "train.txt", lists: { lines: 3, emptyLists: 0, repeatedUsers: 0 } },
        { file: "valid.txt.gz", lists: { lines: 2, emptyLists: 0, repeatedUsers: 0 } },
        { file: "test.txt", lists: { lines: 3, emptyLists: 1, repeatedUsers: 0 } },
      ],
    });
  });

  it("are ranked in the whole catalogue where users have several in test, unless told otherwise", async () => {
    const users = Array.from({ length: 30 }, (_, user) => user);
    // User u takes items u to u + 3 of 200 in train, and holds two others out.
    const line = (user: number, items: readonly number[]) =>
      `${[user, ...items.map((item) => item % 200)].join(" ")}\n`;
    const train = users.map((user) =>
      line(
        user,
        [...Array(4 + (user % 2)).keys()].map((k) => user + k),
      ),
    );
    folder.write("raw/train.txt", `${train.join("")}99 ${[...Array(200).keys()].join(" ")}\n`);
    folder.write("raw/valid.txt", users.map((user) => line(user, [user + 50])).join(""));
    folder.write("raw/test.txt", users.map((user) => line(user, [user + 60, user + 70])).join(""));
    const { text } = await folder.ingest({ raw: `${folder.path}/raw`, candidates: "auto" });
    expect(text).toContain("full catalogue");
    expect(written()).toContain("users have 2.0 items each in test");
    const sampled = await folder.ingest({ raw: `${folder.path}/raw`, candidates: "sampled" });
    expect(sampled.text).toContain("p+2 sampled candidates");
  });

  it("may repeat a user or an item, which is counted", async () => {
    folder.write("raw/train.txt", "0 1 2 1\n1 2\n0 3 4\n1 4 5 6 7\n");
    folder.write("raw/valid.txt", "0 5\n1 1\n");
    folder.write("raw/test.txt", "0 6\n1 3\n");
    await ingest();
    expect(written()).toContain("4 lists, 2 of a user who has another line before");
    expect((await folder.pairs("train")).length).toBe(9);
    expect(folder.description().cleaning).toContainEqual(
      expect.objectContaining({ step: "repeated-pairs", rowsBefore: 14, rowsAfter: 13 }),
    );
  });

  it("have bad words counted, and refused by file and line where they are many", async () => {
    folder.write("raw/train.txt", `${"0 1 2 3\n1 2\n2 1 2\n".repeat(40)}3 1 x7\n`);
    folder.write("raw/valid.txt", "0 5\n1 6\n");
    folder.write("raw/test.txt", "0 6\n1 5\n");
    await expect(ingest()).rejects.toThrow(
      /1 of 246 rows are malformed[\s\S]*train\.txt:121: the item is no whole number.*: "x7"/,
    );
    await ingest({ "max-bad-rows": "0.01" });
    expect(folder.description().firstBadRows).toEqual([
      expect.objectContaining({ file: "train.txt", line: 121, text: "x7" }),
    ]);
  });

  it("are told by the other files of the split where nearly all lines of one are as long", async () => {
    folder.write("raw/train.txt", "0 1 2 3 4\n1 2 3\n2 5 1 6\n");
    folder.write("raw/valid.txt", "0 5\n1 4\n");
    folder.write("raw/test.txt", `${"0 6 7\n".repeat(19)}1 5\n`);
    await ingest();
    expect(await folder.pairs("test")).toEqual(pairsOf("06 07 15"));
  });

  it("are asked for where they could be rows, and read as the setting says", async () => {
    folder.write("raw/train.txt", "0 1\n1 2\n2 3 4\n");
    folder.write("raw/test.txt", "0 4\n1 3\n");
    folder.write("raw/valid.txt", "0 3\n1 4\n");
    await expect(ingest()).rejects.toThrow(
      /train\.txt: its lines \("0 1", \.\.\.\).*--format table for rows, or --format adjacency/,
    );
    await ingest({ format: "adjacency" });
    expect((await folder.pairs("train")).length).toBe(4);
  });

  it("with counts are told from those without, in all files of a split", async () => {
    folder.write("raw/train.txt", "3 1 2 3\n1 4\n2 1 5\n1 3\n2 4 2\n");
    folder.write("raw/valid.txt", "1 5\n1 3\n1 3\n1 1\n1 1\n");
    folder.write("raw/test.txt", "1 4\n0\n1 2\n1 5\n2 5 3\n");
    await ingest();
    expect(written()).toContain("count item item ..., users by line from 0");
    expect(await folder.pairs("test")).toEqual(pairsOf("04 22 35 45 43"));
  });

  it("may be words, parted by a delimiter, where the setting says so", async () => {
    folder.write("raw/log.txt", "anna,red,blue,green\nben,red,blue,grey,pink\n");
    await ingest({ format: "adjacency", delimiter: ",", order: "row", where: "item <> 'pink'" });
    expect(await folder.pairs("test")).toEqual([
      ["anna", "green"],
      ["ben", "grey"],
    ]);
  });

  it("give validation a share of each user's rows where it has no file", async () => {
    folder.write("raw/train.txt", "0 1 2 3 4 5 6 7 8 9 10\n1 2 3\n2 5 1 6 7\n");
    folder.write("raw/test.txt", "0 11\n1 1\n2 2 3\n");
    const { text } = await ingest({ "validation-share": "0.3" });
    // 3 of 10, 1 of 2 (0.6), 1 of 4 (1.2).
    expect((await folder.pairs("validation")).map(([user]) => user)).toEqual(["0", "0", "0", "1", "2"]);
    expect(text).toContain("and 1 test rows are of them"); // item 11
    folder.write("raw/valid.txt", "0 11\n");
    await expect(ingest({ "validation-share": "0.3" })).rejects.toThrow(
      /--validation-share: the split has a validation file/,
    );
    folder.write("one/log.csv", "user,item\n0,1\n0,2\n0,3\n");
    await expect(ingest({ raw: `${folder.path}/one`, "validation-share": "0.3" })).rejects.toThrow(
      /--validation-share: leave-last-out takes one row/,
    );
  });

  it("are refused where they stand in a column of a table, unless all are as long", async () => {
    folder.write("raw/log.txt", "1\t2,3,4\n2\t5,6\n3\t1,2\n4\tx\n");
    await expect(ingest({ order: "row" })).rejects.toThrow(
      /column "column2" holds 3 lists of items .*--format adjacency reads lists, with --delimiter/,
    );
    await ingest({
      order: "row",
      format: "adjacency",
      delimiter: ",",
      split: "ratio",
      "ratio-by": "overall",
      "test-share": "0.3",
    });
    expect(folder.description()).toMatchObject({ rowsRead: 8 });
    folder.write("keys/log.csv", "1;2,3\n1;5,6\n1;1,2\n");
    await ingest({ raw: `${folder.path}/keys`, order: "row", delimiter: ";" });
    expect(await folder.pairs("test")).toEqual([["1", "1,2"]]);
  });

  it("take no settings of tables, and only text files hold them", async () => {
    folder.write("raw/log.txt", "0 1 2 3\n1 2\n2 1 2 3 4\n");
    await expect(ingest({ format: "adjacency", header: "yes" })).rejects.toThrow(/--header yes: log\.txt holds lists/);
    await expect(ingest({ order: "row", "rating-column": "stars" })).rejects.toThrow(/the columns are user, item/);
    folder.write("json/log.jsonl", '{"user":1,"item":2}\n');
    await expect(ingest({ raw: `${folder.path}/json`, format: "adjacency" })).rejects.toThrow(
      /--format: log\.jsonl is json/,
    );
  });
});

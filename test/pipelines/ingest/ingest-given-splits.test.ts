/** Logs that their publisher has split: the parts are kept, validation is made, official negatives are taken. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

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

  it("takes folders for the parts of a split, in pieces of any name", async () => {
    folder.write("raw/train/0.csv", "user,item\n1,1\n1,2\n");
    folder.write("raw/train/1.csv", "user,item\n2,2\n2,3\n");
    folder.write("raw/Test/0.csv", "user,item\n1,4\n2,4\n");
    folder.write("raw/Test/_SUCCESS", "");
    folder.write("raw/valid/0.csv", "user,item\n1,3\n2,1\n");
    folder.write("raw/other/0.csv", "user,item\n9,9\n");
    await folder.ingest({ raw: `${folder.path}/raw`, candidates: "full" });
    expect(folder.description()).toMatchObject({ split: { kind: "given" }, rowsRead: 8 });
    expect(await folder.pairs("test")).toEqual([
      ["1", "4"],
      ["2", "4"],
    ]);
  });

  it("takes the words of file names anywhere, whatever the format", async () => {
    folder.write("raw/shop.train.inter", "user_id:token\titem_id:token\n1\t1\n1\t2\n2\t2\n2\t3\n");
    folder.write("raw/shop-dev.jsonl", '{"user":1,"item":3}\n{"user":2,"item":1}\n');
    folder.write("raw/Test_shop.csv", "user,item\n1,4\n2,4\n");
    await folder.ingest({ raw: `${folder.path}/raw`, candidates: "full" });
    expect(await folder.pairs("validation")).toEqual([
      ["1", "3"],
      ["2", "1"],
    ]);
    expect(await folder.pairs("test")).toEqual([
      ["1", "4"],
      ["2", "4"],
    ]);
    expect(folder.description()).toMatchObject({ split: { kind: "given" } });
  });

  it("asks what half a split is", async () => {
    for (const part of ["a", "b", "test-c"]) folder.write(`raw/${part}.csv`, "user,item\n1,1\n1,2\n2,3\n");
    const raw = `${folder.path}/raw`;
    await expect(folder.ingest({ raw })).rejects.toThrow(
      /test-c\.csv \(test\) and a\.csv, b\.csv as train.*--split given/,
    );
    await folder.ingest({ raw, split: "given", candidates: "full" });
    expect(folder.description()).toMatchObject({ split: { kind: "given" } });
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

/** What is an id, what is none, and which spellings are one: in every format, in every file that holds ids. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Float32, Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { readItemInfo } from "../../../pipelines/dataset/item-info-file.ts";
import { readDescription } from "../../../pipelines/dataset/stored-dataset.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { leftOut, PAIRS, pairsParquet, pairsText, USERS } from "../../support/data/pairs-log.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

const isNobody = (k: number): boolean => k % 4 === 0 && k > 11; // three rows, of user 21
const ingest = (raw: string, more: Record<string, string> = {}) => folder.ingest({ raw, candidates: "full", ...more });

describe("no id", () => {
  it.each(["NULL", "\\N", "NA", "N/A", "nan", "NaN", "null", "None", "<NA>", " ", " NA\t"])(
    "is what writers put for nobody: %j",
    async (text) => {
      await ingest(
        folder.write(
          "log.tsv",
          pairsText((user, k) => (isNobody(k) ? (text === " NA\t" ? " NA " : text) : `${user}`), "\t"),
        ),
      );
      expect(await folder.ids("user")).toEqual(USERS);
      expect(leftOut(folder, "missing-user")).toBe(3);
    },
  );

  it("is null and NaN in JSON lines, Parquet and Arrow", async () => {
    const lines = PAIRS.map(({ user, item, time }, k) =>
      JSON.stringify({ user: isNobody(k) ? [null, "NaN", "None"][k % 3] : user, item, time }),
    );
    await ingest(folder.write("log.jsonl", lines.join("\n")));
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([USERS, 3]);
    await ingest(
      await pairsParquet(
        folder,
        "log.parquet",
        "CASE WHEN k % 4 = 0 AND k > 11 THEN 'nan'::DOUBLE ELSE u END AS user, i AS item, t AS time",
      ),
    );
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([USERS, 3]);
    const table = new Table({
      user: vectorFromArray(
        PAIRS.map(({ user }, k) => (isNobody(k) ? Number.NaN : user)),
        new Float64(),
      ),
      item: vectorFromArray(
        PAIRS.map(({ item }) => item),
        new Float32(),
      ),
      time: vectorFromArray(
        PAIRS.map(({ time }) => time),
        new Float64(),
      ),
    });
    await ingest(folder.write("log.arrow", tableToIPC(table, "file")));
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([USERS, 3]);
  });

  it("is what --null says instead, or nothing but an empty field", async () => {
    const raw = folder.write(
      "log.csv",
      pairsText((user, k) => (k === 12 ? "-" : k === 16 ? "NA" : k === 20 ? "" : `${user}`)),
    );
    await ingest(raw, { null: "-,missing" });
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([[...USERS, "NA"], 2]);
    await ingest(raw, { null: "none" });
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([["-", ...USERS, "NA"], 1]);
  });

  it("is suspected where one user has much of the log and stands off the others", async () => {
    // 40 of 110 rows are of "guest", 7 of each of ten others.
    const rows = Array.from(
      { length: 110 },
      (_, k) => `${k < 40 ? "guest" : `u${k % 10}`},${(k * 13) % 90},${1e9 + k}`,
    );
    const raw = folder.write("log.csv", `user,item,time\n${rows.join("\n")}\n`);
    expect((await ingest(raw)).json.warnings).toContainEqual(
      expect.stringMatching(/^user "guest" has 40 rows, 36 % .*--null/),
    );
    // A steep power law is honest: the item of rank r is met 240 / r^1.5 times.
    const counts = Array.from({ length: 12 }, (_, rank) => Math.round(240 / (rank + 1) ** 1.5));
    const popular = counts.flatMap((count, item) => Array.from({ length: count }, (_, k) => `${k},${item},${1e9 + k}`));
    const honest = await ingest(folder.write("b.csv", `user,item,time\n${popular.join("\n")}\n`));
    expect(String(honest.json.warnings)).not.toMatch(/has \d+ rows/);
  });
});

describe("one id in several spellings", () => {
  it("is one where a column otherwise holds whole numbers: 21, 21.0, 21.00", async () => {
    folder.write("raw/part-0.csv", pairsText(String));
    folder.write(
      "raw/part-1.csv",
      pairsText((user, k) => `${user}.${"0".repeat(1 + (k % 2))}`),
    );
    await ingest(`${folder.path}/raw`);
    expect(await folder.ids("user")).toEqual(USERS);
    const lines = PAIRS.map(
      ({ user, item, time }, k) => `{"user":${k % 2 === 0 ? user : user.toFixed(1)},"item":"${item}","time":${time}}`,
    );
    await ingest(folder.write("log.jsonl", lines.join("\n")));
    expect(await folder.ids("user")).toEqual(USERS);
  });

  it("is told apart, with a warning, where ids are words", async () => {
    const { json } = await ingest(
      folder.write(
        "log.csv",
        pairsText((user, k) => (k < 4 ? "anna" : k < 8 ? `${user}.0` : `${user}`)),
      ),
    );
    expect(json.warnings).toContainEqual(
      expect.stringMatching(/^4 user ids are there in two spellings, such as 21\.0/),
    );
  });

  it("is one with white space of any kind round it, and composed or not", async () => {
    const blanks = ["", "\t", "\u00a0", "\u2003", "\u3000", "\ufeff", "\u200b"];
    const name = (user: number, k: number): string => (k % 2 === 0 ? `Zoe\u0308 ${user}` : `Zo\u00eb ${user}`);
    const raw = folder.write(
      "log.csv",
      pairsText((user, k) => `${blanks[k % 7]}${name(user, k >> 2)}${blanks[(k * 3) % 7]}`),
    );
    await ingest(raw);
    expect(await folder.ids("user")).toEqual(USERS.map((user) => `Zo\u00eb ${user}`));
  });

  it("is one in the log, the items file, the map and the official negatives", async () => {
    folder.write("raw/x.train.rating", "0\t1\n0\t2\n1\t2\n1\t4\n");
    folder.write("raw/x.test.rating", "0.0\t4.0\n1.0\t1.0\n");
    folder.write("raw/x.test.negative", "(0,4)\t5.0\t6\n(1.0,1)\t3\t6.0\n");
    const items = folder.write("items.csv", "item_id:token,title:token_seq\na,A\nb,B\n");
    const map = folder.write("map.csv", "from,to\na,1.0\nb\u00a0,6\n");
    await folder.ingest({ raw: `${folder.path}/raw`, "items-file": items, "item-id-map": map });
    expect([await folder.ids("user"), await folder.ids("item")]).toEqual([
      ["0", "1"],
      ["1", "2", "3", "4", "5", "6"],
    ]);
    const info = await readItemInfo({
      directory: folder.file(""),
      description: await readDescription(folder.file("")),
    });
    expect(info?.titles).toEqual(["A", "", "", "", "", "B"]);
  });
});

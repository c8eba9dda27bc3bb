/** What is an id, what is none, and which spellings are one: in every format, in every file that holds ids. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Field, Float32, Float64, Int64, Struct, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { readItemInfo } from "../../../pipelines/dataset/item-info-file.ts";
import { readDescription } from "../../../pipelines/dataset/stored-dataset.ts";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { openWorkDatabase } from "../../../src/interactions/sources/work-database.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

// Four users meet six items each, in an order of their own; every user's rows are enough for leave-last-out.
const PAIRS = Array.from({ length: 24 }, (_, k) => ({ user: 21 + (k % 4), item: 5 + ((k * 7) % 12), time: 1.6e9 + k }));
const USERS = ["21", "22", "23", "24"];

const csv = (userOf: (user: number, k: number) => string, delimiter = ","): string =>
  [
    ["user_id", "item_id", "timestamp"].join(delimiter),
    ...PAIRS.map(({ user, item, time }, k) => [userOf(user, k), item, time].join(delimiter)),
  ].join("\n");
const isNobody = (k: number): boolean => k % 4 === 0 && k > 11; // three rows, of user 21
const ingest = (raw: string, more: Record<string, string> = {}) => folder.ingest({ raw, candidates: "full", ...more });
const leftOut = (step: string): number => {
  const steps = folder.description().cleaning as { step: string; rowsBefore: number; rowsAfter: number }[]; // of describeDataset
  return steps
    .filter((found) => found.step === step)
    .reduce((sum, { rowsBefore, rowsAfter }) => sum + rowsBefore - rowsAfter, 0);
};

async function parquet(name: string, select: string): Promise<string> {
  folder.write("raw/x", "");
  const path = `${folder.path}/raw/${name}`;
  const database = await openWorkDatabase({ path: ":memory:", spillDirectory: folder.path, memoryLimit: "1GB" });
  const rows = PAIRS.map(({ user, item, time }, k) => `(${k}, ${user}, ${item}, ${time})`).join(", ");
  await database.run(`COPY (SELECT ${select} FROM (VALUES ${rows}) AS log(k, u, i, t)) TO '${path}' (FORMAT parquet)`);
  database.close();
  return path;
}

describe("no id", () => {
  it.each(["NULL", "\\N", "NA", "N/A", "nan", "NaN", "null", "None", "<NA>", " ", " NA\t"])(
    "is what writers put for nobody: %j",
    async (text) => {
      await ingest(
        folder.write(
          "log.tsv",
          csv((user, k) => (isNobody(k) ? (text === " NA\t" ? " NA " : text) : `${user}`), "\t"),
        ),
      );
      expect(await folder.ids("user")).toEqual(USERS);
      expect(leftOut("missing-user")).toBe(3);
    },
  );

  it("is null and NaN in JSON lines, Parquet and Arrow", async () => {
    const lines = PAIRS.map(({ user, item, time }, k) =>
      JSON.stringify({ user: isNobody(k) ? [null, "NaN", "None"][k % 3] : user, item, time }),
    );
    await ingest(folder.write("log.jsonl", lines.join("\n")));
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([USERS, 3]);
    await ingest(
      await parquet(
        "log.parquet",
        "CASE WHEN k % 4 = 0 AND k > 11 THEN 'nan'::DOUBLE ELSE u END AS user, i AS item, t AS time",
      ),
    );
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([USERS, 3]);
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
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([USERS, 3]);
  });

  it("is what --null says instead, or nothing but an empty field", async () => {
    const raw = folder.write(
      "log.csv",
      csv((user, k) => (k === 12 ? "-" : k === 16 ? "NA" : k === 20 ? "" : `${user}`)),
    );
    await ingest(raw, { null: "-,missing" });
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([[...USERS, "NA"], 2]);
    await ingest(raw, { null: "none" });
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([["-", ...USERS, "NA"], 1]);
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
    folder.write("raw/part-0.csv", csv(String));
    folder.write(
      "raw/part-1.csv",
      csv((user, k) => `${user}.${"0".repeat(1 + (k % 2))}`),
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
        csv((user, k) => (k < 4 ? "anna" : k < 8 ? `${user}.0` : `${user}`)),
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
      csv((user, k) => `${blanks[k % 7]}${name(user, k >> 2)}${blanks[(k * 3) % 7]}`),
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

describe("ids that lost digits", () => {
  it("are refused in floats that no longer tell whole numbers apart, exact in decimals", async () => {
    const double = await parquet("a.parquet", "(9007199254740993 + u)::DOUBLE AS user, i AS item, t AS time");
    await expect(ingest(double)).rejects.toThrow(
      /"user" is of type DOUBLE and holds 24 whole numbers too large.*64-bit integers/,
    );
    await expect(ingest(double)).rejects.toBeInstanceOf(DataError);
    const float = await parquet("b.parquet", "(16777216 + u)::FLOAT AS user, i AS item, t AS time");
    await expect(ingest(float)).rejects.toThrow("FLOAT");
    const single = new Table({
      user: vectorFromArray(
        PAIRS.map(({ user }) => 2 ** 24 + user),
        new Float32(),
      ),
      item: vectorFromArray(
        PAIRS.map(({ item }) => item),
        new Float32(),
      ),
    });
    const arrow = folder.write("c.arrow", tableToIPC(single, "file"));
    await expect(ingest(arrow, { split: "ratio" })).rejects.toThrow("too large");
    await ingest(
      await parquet("d.parquet", "(9007199254740900 + u)::DECIMAL(20, 2) AS user, i::DOUBLE AS item, t AS time"),
    );
    expect(await folder.ids("user")).toEqual(USERS.map((user) => String(9007199254740900n + BigInt(user))));
  });

  it("are refused as a spreadsheet writes them; as R does, they are whole", async () => {
    const cut = folder.write(
      "log.csv",
      csv((user) => `1.23${user}E+11`),
    );
    await expect(ingest(cut)).rejects.toThrow(
      /24 rows have user ids that lost their last digits \(such as 1\.23\d+E\+11\)/,
    );
    await ingest(
      folder.write(
        "log.csv",
        csv((user) => (user === 21 ? "1e+05" : `${user}`)),
      ),
    );
    expect(await folder.ids("user")).toEqual(["22", "23", "24", "100000"]);
  });
});

describe("objects", () => {
  const nested = PAIRS.map(({ user, item, time }) =>
    JSON.stringify({ user: { id: user, of: { x: 1 } }, item: [item], ts: time }),
  );

  it("are no ids in any format", async () => {
    const outcome = ingest(folder.write("log.jsonl", nested.join("\n")));
    await expect(outcome).rejects.toThrow(
      /"user" is of type STRUCT.*--user-column user\.FIELD\n.*"item" is of type BIGINT\[\]/,
    );
    await expect(outcome).rejects.toBeInstanceOf(ConfigError);
    const mixed = PAIRS.map(({ user, item, time }, k) =>
      JSON.stringify({ user: k === 3 ? { id: user } : k === 4 ? "x" : user, item, time }),
    );
    await expect(ingest(folder.write("mixed.jsonl", mixed.join("\n")))).rejects.toThrow(
      '"user" holds 1 objects or lists',
    );
    const quoted = folder.write(
      "log.tsv",
      csv((user) => `{"id":${user}}`, "\t"),
    );
    await expect(ingest(quoted)).rejects.toThrow('"user_id" holds 24 objects');
    const struct = await parquet("a.parquet", "{'id': u} AS user, [i] AS item, t AS time");
    await expect(ingest(struct)).rejects.toThrow(/"user" is of type STRUCT.*\n.*"item" is of type INTEGER\[\]/);
  });

  it("are reached into by a path: JSON lines, Parquet, Arrow", async () => {
    const inside = { "user-column": "user.id" };
    const scalar = nested.map((line) => line.replace(/\[(\d+)\]/, "$1"));
    await ingest(folder.write("log.jsonl", scalar.join("\n")), inside);
    expect(await folder.ids("user")).toEqual(USERS);
    await expect(ingest(folder.write("b.jsonl", scalar.join("\n")), { "user-column": "user.name" })).rejects.toThrow(
      '--user-column is "user.name", but the columns are user, item, ts',
    );
    await ingest(await parquet("a.parquet", "{'id': u} AS user, i AS item, t AS time"), inside);
    expect(await folder.ids("user")).toEqual(USERS);
    const table = new Table({
      user: vectorFromArray(
        PAIRS.map(({ user }, k) => (k === 3 ? null : { id: BigInt(user) })),
        new Struct([new Field("id", new Int64(), true)]),
      ),
      item: vectorFromArray(
        PAIRS.map(({ item }) => item),
        new Float64(),
      ),
      time: vectorFromArray(
        PAIRS.map(({ time }) => time),
        new Float64(),
      ),
    });
    const arrow = folder.write("log.arrow", tableToIPC(table, "file"));
    await ingest(arrow, inside);
    expect([await folder.ids("user"), leftOut("missing-user")]).toEqual([USERS, 1]);
    await expect(ingest(arrow)).rejects.toThrow(/"user" is of type Struct/);
  });
});

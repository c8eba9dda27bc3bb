/** Columns that look like ids and are none: floats that lost digits, objects, lists. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Field, Float32, Float64, Int64, Struct, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { leftOut, PAIRS, pairsParquet, pairsText, USERS } from "../../support/data/pairs-log.ts";

let folder: IngestFolder;
beforeEach(() => {
  folder = new IngestFolder();
});
afterEach(() => folder.remove());

const ingest = (raw: string, more: Record<string, string> = {}) => folder.ingest({ raw, candidates: "full", ...more });

describe("ids that lost digits", () => {
  it("are refused in floats that no longer tell whole numbers apart, exact in decimals", async () => {
    const double = await pairsParquet(
      folder,
      "a.parquet",
      "(9007199254740993 + u)::DOUBLE AS user, i AS item, t AS time",
    );
    await expect(ingest(double)).rejects.toThrow(
      /"user" is of type DOUBLE and holds 24 whole numbers too large.*64-bit integers/,
    );
    await expect(ingest(double)).rejects.toBeInstanceOf(DataError);
    const float = await pairsParquet(folder, "b.parquet", "(16777216 + u)::FLOAT AS user, i AS item, t AS time");
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
      await pairsParquet(
        folder,
        "d.parquet",
        "(9007199254740900 + u)::DECIMAL(20, 2) AS user, i::DOUBLE AS item, t AS time",
      ),
    );
    expect(await folder.ids("user")).toEqual(USERS.map((user) => String(9007199254740900n + BigInt(user))));
  });

  it("are refused as a spreadsheet writes them; as R does, they are whole", async () => {
    const cut = folder.write(
      "log.csv",
      pairsText((user) => `1.23${user}E+11`),
    );
    await expect(ingest(cut)).rejects.toThrow(
      /24 rows have user ids that lost their last digits \(such as 1\.23\d+E\+11\)/,
    );
    await ingest(
      folder.write(
        "log.csv",
        pairsText((user) => (user === 21 ? "1e+05" : `${user}`)),
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
      pairsText((user) => `{"id":${user}}`, "\t"),
    );
    await expect(ingest(quoted)).rejects.toThrow('"user_id" holds 24 objects');
    const struct = await pairsParquet(folder, "a.parquet", "{'id': u} AS user, [i] AS item, t AS time");
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
    await ingest(await pairsParquet(folder, "a.parquet", "{'id': u} AS user, i AS item, t AS time"), inside);
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
    expect([await folder.ids("user"), leftOut(folder, "missing-user")]).toEqual([USERS, 1]);
    await expect(ingest(arrow)).rejects.toThrow(/"user" is of type Struct/);
  });
});

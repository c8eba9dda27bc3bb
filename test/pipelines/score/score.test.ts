/** Scoring on a small board: who is scored, with what, and how often; every list against the run's own scores. */
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { loadRun } from "../../../pipelines/runs/stored-run.ts";
import { openForward } from "../../../src/ranker/forward.ts";
import { boardItems, type Row, useScoreFolder } from "../../support/stages/score-folder.ts";

const { temporary, score, rows, roots } = useScoreFolder();

const listOf = (all: readonly Row[], user: number) => all.filter((row) => row.user === user);
const usersOf = (all: readonly Row[]) => [...new Set(all.map(({ user }) => user))];

async function expectedList(user: number, options: { readonly k: number; readonly items?: readonly number[] }) {
  const { spec, parameters } = await loadRun(temporary("models/board/once"));
  const { train, validation, test } = await loadDataset(`${roots["data-root"]}/board`);
  const seen = new Set<number>();
  for (const part of [train, validation, test]) {
    for (let row = 0; row < part.length; row++) if (part.userColumn[row] === user) seen.add(part.itemColumn[row]!);
  }
  const { logit } = openForward(spec, parameters);
  const pool = options.items ?? Array.from({ length: boardItems }, (_, item) => item).filter((item) => !seen.has(item));
  return pool
    .map((item) => ({ item, score: Math.fround(logit(user, item)) }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, options.k);
}

describe("scoring all users", () => {
  it("gives each the best unseen items, in the order of the users, ranks from 1", async () => {
    const all = await rows("all", { k: "4" });
    expect(usersOf(all)).toEqual(Array.from({ length: 30 }, (_, user) => 1000 + user));
    for (const user of [0, 7, 28]) {
      const expected = await expectedList(user, { k: 4 });
      const found = listOf(all, 1000 + user);
      expect(found.map(({ item }) => item)).toEqual(expected.map(({ item }) => `item-${item}`));
      expect(found.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
      // Sums in another order.
      for (const [place, row] of found.entries()) expect(row.score).toBeCloseTo(expected[place]!.score, 5);
    }
  });

  it("gives a user the run was not trained on the most taken unseen items, marked", async () => {
    const all = await rows("cold", { k: "3" });
    const cold = listOf(all, 1029);
    expect(cold.map(({ source }) => source)).toEqual(["popularity", "popularity", "popularity"]);
    // 30 users, one cold: every even item is liked by 15 and every odd one by 14 of the rest, less those held out.
    expect(cold[0]!.score).toBeGreaterThanOrEqual(cold[2]!.score);
    expect(new Set(listOf(all, 1000).map(({ source }) => source))).toEqual(new Set(["ranker"]));
  });

  it("refuses such users unless told what to do, and leaves them out if told so", async () => {
    await expect(score({ output: temporary("no.arrow"), unknown: "error" })).rejects.toThrow(
      "1 of the users to score have no interaction that the run was trained on",
    );
    expect(existsSync(temporary("no.arrow"))).toBe(false);
    const skipped = await rows("skipped", { unknown: "skip" });
    expect(usersOf(skipped)).not.toContain(1029);
    expect(skipped[0]).not.toHaveProperty("source");
  });

  it("keeps seen items where told to", async () => {
    const all = await rows("seen", { "exclude-seen": false, k: String(boardItems) });
    expect(listOf(all, 1003)).toHaveLength(boardItems);
    // Has all of one colour.
    expect(listOf(await rows("unseen", { k: String(boardItems) }), 1003)).toHaveLength(boardItems / 2);
  });

  it("keeps to a minimum score", async () => {
    const all = (await rows("full", { k: "12" })).filter(({ source }) => source === "ranker");
    const middle = all.map((row) => row.score).sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
    const kept = (await rows("minimum", { k: "12", "minimum-score": String(middle) })).filter(
      ({ source }) => source === "ranker",
    );
    expect(kept).toEqual(all.filter((row) => row.score >= middle));
  });

  it("writes a manifest and leaves nothing else", async () => {
    const { json } = await score({ output: temporary("done.csv") });
    expect(json).toMatchObject({ stage: "score", counts: { users: 30, popularUsers: 1 }, shards: null });
    expect(readdirSync(temporary(".")).filter((name) => name.startsWith("done"))).toEqual([
      "done.csv",
      "done.csv.manifest.json",
    ]);
  });
});

describe("scoring some users", () => {
  it.each([
    ["an id a line", "users.txt", "1003\n1001\n1003\n"],
    ["an id a line under a header", "users.csv", "user_id\n1003\n1001\n"],
    ["a table", "table.tsv", "user_id\tcountry\n1003\tde\n1001\tse\n"],
    ["a table with numbers as floats and white space", "t.csv", "user_id,x\n1003.0,1\n\u00a01001\u2003,2\nuser_id,x\n"],
    ["objects", "users.jsonl", '{"user":{"id":1003}}\n{"user":{"id":1001}}\n', { "user-column": "user.id" }],
    ["JSON lines", "users.jsonl", '{"user_id":1003}\n{"user_id":1001}\n'],
  ])("of a file: %s", async (_, name, text, flags: Record<string, string> = {}) => {
    await writeFile(temporary(name), text);
    const some = await rows("some", { users: temporary(name), k: "2", ...flags });
    expect(some).toEqual((await rows("all", { k: "2" })).filter(({ user }) => user === 1001 || user === 1003));
  });

  it("refuses objects and bytes that are no text", async () => {
    await writeFile(temporary("o.jsonl"), '{"user":{"id":1003}}\n');
    await expect(rows("bad", { users: temporary("o.jsonl") })).rejects.toThrow(
      /"user" is of type STRUCT.*--user-column/,
    );
    await writeFile(temporary("b.csv"), Buffer.from("user_id,x\n1003,\xc3\xa9\n1001,\xff\n", "latin1"));
    await expect(rows("bad", { users: temporary("b.csv") })).rejects.toThrow(/b\.csv:3: not UTF-8/);
  });

  it("of a condition over users.arrow, alone and with a file", async () => {
    expect(usersOf(await rows("where", { where: "user_id < 1003 OR train_count = 0" }))).toEqual([
      1000, 1001, 1002, 1029,
    ]);
    await writeFile(temporary("two.txt"), "1002\n1017\n");
    expect(usersOf(await rows("both", { where: "user_id < 1010", users: temporary("two.txt") }))).toEqual([1002]);
    await expect(rows("bad", { where: "country = 'de'" })).rejects.toThrow(/--where.*columns of users.arrow: user/s);
  });

  it("does with unknown ids as told: refuses, leaves out, or gives the most popular items", async () => {
    await writeFile(temporary("unknown.txt"), "1004\n77\n9\n1004\n");
    const users = temporary("unknown.txt");
    await expect(rows("refused", { users, unknown: "error" })).rejects.toThrow(
      '2 user ids are unknown to the dataset ("9", "77"); --unknown skip leaves them out',
    );
    expect(usersOf(await rows("left-out", { users, unknown: "skip" }))).toEqual([1004]);
    const popular = await rows("popular", { users, k: "2" });
    expect(usersOf(popular)).toEqual([1004, 9, 77]); // known ones first, then whole numbers by value
    expect(listOf(popular, 9).map(({ item }) => item)).toEqual(listOf(popular, 77).map(({ item }) => item));
    expect(listOf(popular, 77).every(({ source }) => source === "popularity")).toBe(true);
    const { json } = await score({ users, output: temporary("counted.jsonl") });
    expect(json.selection).toMatchObject({ askedRows: 4, repeatedRows: 1, unknownUsers: 2 });
  });
});

describe("lists of items", () => {
  it("allow some and deny others", async () => {
    await writeFile(temporary("allow.txt"), "item_id\nitem-1\nitem-3\nitem-5\nitem-4\n");
    await writeFile(temporary("deny.csv"), "item_id\nitem-3\n");
    const all = await rows("lists", { allow: temporary("allow.txt"), deny: temporary("deny.csv"), k: "10" });
    // Even users have every even item: of 1, 4 and 5 the odd ones are left.
    expect(
      listOf(all, 1000)
        .map(({ item }) => item)
        .sort(),
    ).toEqual(["item-1", "item-5"]);
    expect(listOf(all, 1001).map(({ item }) => item)).toEqual(["item-4"]);
    const full = await rows("full-lists", { k: String(boardItems) });
    expect(full).toEqual(
      expect.arrayContaining(
        all.filter(({ source }) => source === "ranker").map(({ rank: _, ...row }) => expect.objectContaining(row)),
      ),
    );
  });

  it("must not be empty in the end, nor name unknown items unless that is fine", async () => {
    await writeFile(temporary("odd.txt"), "item-1\nitem-99\n");
    await expect(
      rows("x", { allow: temporary("odd.txt"), unknown: "error", where: "train_count > 0" }),
    ).rejects.toThrow('1 item id is unknown to the dataset ("item-99")');
    await expect(rows("x", { allow: temporary("odd.txt"), deny: temporary("odd.txt") })).rejects.toThrow(
      "--allow and --deny leave no item",
    );
  });
});

describe("scoring given pairs", () => {
  it("ranks each user's own items, seen ones too, and counts repeats once", async () => {
    await writeFile(
      temporary("pairs.csv"),
      "user_id,item_id\n1002,item-3\n1000,item-2\n1002,item-4\n1000,item-2\n1002,item-0\n1029,item-1\n77,item-6\n77,item-x\n",
    );
    const found = await rows("pairs", { pairs: temporary("pairs.csv") });
    expect(usersOf(found)).toEqual([1000, 1002, 1029, 77]);
    const expected = await expectedList(2, { k: 9, items: [0, 3, 4] });
    expect(listOf(found, 1002).map(({ item }) => item)).toEqual(expected.map(({ item }) => `item-${item}`));
    expect(listOf(found, 77)).toMatchObject([{ item: "item-6", rank: 1, source: "popularity" }]);
    expect(listOf(await rows("cut", { pairs: temporary("pairs.csv"), k: "1" }), 1002)).toHaveLength(1);
    await expect(rows("no", { pairs: temporary("pairs.csv"), unknown: "error" })).rejects.toThrow(
      'unknown to the dataset ("77")',
    );
  });
});

describe("what scoring refuses", () => {
  it.each([
    [{ output: "s3://bucket/recs.parquet" }, "expected a file, postgres://"],
    [{ output: "recs.txt" }, "expected an ending of .parquet, .arrow, .csv or .jsonl"],
    [{ output: "recs.csv", compression: "zstd" }, "only Parquet is compressed"],
    [{ output: "recs.csv", k: "0" }, "--k is 0"],
    [{ output: "recs.csv", shard: "8/8" }, "expected i/N with i from 0 to N - 1"],
    [{ output: "recs.csv", merge: true }, "give --shards N as well"],
    [{ output: "recs.csv", users: "a", pairs: "b" }, "--pairs names the users too"],
    [{ output: "recs.csv", users: "nobody.txt" }, "nobody.txt: there is no such file"],
  ])("%j", async (flags, message) => {
    await expect(score(flags)).rejects.toThrow(message);
  });
});

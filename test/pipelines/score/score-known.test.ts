/** What a user is known to have met, in whatever way, is not recommended: from ingest to lists and to a server. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { openPairs } from "../../../pipelines/score/selection/candidate-pairs.ts";
import { jobFiles } from "../../../pipelines/score/store/job-files.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { openWorkDatabase } from "../../../src/interactions/database/work-database.ts";
import { idTables } from "../../../src/interactions/lookup/match-ids.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { readRows } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const folder = new IngestFolder();
const models = path.join(folder.path, "models");
const file = (name: string) => path.join(folder.path, name);

/** 10 users who rate 8 of 14 items, three of them below 4. */
const rated = Array.from({ length: 10 }, (_, user) =>
  Array.from({ length: 8 }, (_unused, k) => ({
    user: 1000 + user,
    item: `item-${(3 * user + 5 * k) % 14}`,
    rating: k % 3 === 1 || k === 6 ? 1 + (k % 3) : 5,
    time: 10 * user + k,
  })),
).flat();
const lowRated = new Set(rated.filter(({ rating }) => rating < 4).map(({ user, item }) => `${user} ${item}`));

beforeAll(async () => {
  const lines = rated.map((row) => Object.values(row).join(","));
  await folder.ingest({
    raw: folder.write("log.csv", ["user,item,rating,time", ...lines].join("\n")),
    "min-rating": "4",
  });
  const flags = { "data-root": folder.dataRoot, "models-root": models, dataset: "t", model: "mf", run: "mf" };
  const given = { ...flags, epochs: "2", k: "1", engine: "reference", baselines: "none", "validation-metric": "HR@1" };
  await trainStage.run(parseConfig({ schema: trainStage.schema, layers: [], flags: given }), silentContext);
});
afterAll(() => folder.remove());

const configOf = (flags: Record<string, string | boolean>) => {
  const roots = { "data-root": folder.dataRoot, "models-root": models, dataset: "t", run: "mf", engine: "reference" };
  return parseConfig({ schema: scoreStage.schema, layers: [], flags: { ...roots, ...flags } });
};

async function listed(flags: Record<string, string | boolean> = {}): Promise<string[]> {
  await scoreStage.run(configOf({ k: "14", output: file("lists.arrow"), ...flags }), silentContext);
  return (await readRows(file("lists.arrow"))).map(({ user, item }) => `${user} ${item}`);
}

describe("pairs that ingest left out", () => {
  it("are in no list of score, unless seen items are wanted", async () => {
    expect(lowRated.size).toBeGreaterThan(20);
    const lists = await listed();
    expect(lists.length).toBeGreaterThan(20);
    expect(lists.filter((pair) => lowRated.has(pair))).toEqual([]);
    const all = await listed({ "exclude-seen": false });
    expect(all.filter((pair) => lowRated.has(pair)).length).toBe(lowRated.size);
  });

  it("are in no list of a loaded ranker, which are those of score", async () => {
    const ranker = await load(path.join(models, "t/mf"), { dataset: folder.file(""), engine: "reference" });
    const lists: string[] = [];
    for (let user = 1000; user < 1010; user++) {
      const { items } = await ranker.top(user, { k: 14 });
      lists.push(...items.map(({ item }) => `${user} ${item}`));
    }
    ranker.close();
    expect(lists.sort()).toEqual((await listed()).sort());
  });

  it("travel with a job to workers elsewhere", async () => {
    const config = configOf({ output: file("lists.arrow") });
    const { description } = await loadDataset(folder.file(""));
    const files = await jobFiles(config, await readSubject(config, path.join(models, "t/mf")));
    expect(files).toContainEqual(
      expect.objectContaining({ relativePath: "dataset/known.arrow", sha256: description.known?.sha256 }),
    );
  });
});

describe("--exclude-pairs", () => {
  const json = async (flags: Record<string, string | boolean>) =>
    (await scoreStage.run(configOf({ k: "14", output: file("out.arrow"), ...flags }), silentContext)).json;

  it.each([
    ["out.csv", "customer,sku\n1000,ITEM\n1001,ITEM\n"],
    ["out.jsonl", '{"customer":1000,"sku":"ITEM"}\n{"customer":1001,"sku":"ITEM"}\n'],
    ["out.tsv", "1000\tITEM\n1001\tITEM\n"],
  ])("leaves the pairs of %s out of lists, and nothing else", async (name, text) => {
    const before = await listed();
    const item = before.find((pair) => pair.startsWith("1000 ") && before.includes(pair.replace("1000", "1001")))!;
    const sku = item.split(" ")[1]!;
    const columns = text.includes("customer") ? { "user-column": "customer", "item-column": "sku" } : {};
    const excluded = folder.write(name, text.replaceAll("ITEM", sku));
    const after = await listed({ "exclude-pairs": excluded, ...columns });
    expect(after).toEqual(before.filter((pair) => pair !== `1000 ${sku}` && pair !== `1001 ${sku}`));
    // Seen items are wanted, these are not.
    const withSeen = await listed({ "exclude-pairs": excluded, "exclude-seen": false, ...columns });
    expect(withSeen).toEqual(
      (await listed({ "exclude-seen": false })).filter((pair) => !/^100[01] /.test(pair) || !pair.endsWith(` ${sku}`)),
    );
  });

  it("holds for candidate pairs, and for users whom the dataset lacks", async () => {
    const excluded = folder.write("shop.csv", "user_id,item_id\n1000,item-3\n77,item-3\n78,item-9\n");
    const pairs = folder.write("pairs.csv", "user_id,item_id\n1000,item-3\n1000,item-4\n77,item-3\n77,item-4\n");
    const flags = { "exclude-pairs": excluded, unknown: "popular" };
    expect((await listed({ pairs, ...flags })).sort()).toEqual(["1000 item-4", "77 item-4"]);
    const users = folder.write("users.csv", "user_id\n77\n79\n");
    const lists = await listed({ users, ...flags });
    const of = (user: string): string[] =>
      lists.filter((pair) => pair.startsWith(`${user} `)).map((pair) => pair.slice(3));
    expect(of("79")).toContain("item-3");
    expect(of("77")).toEqual(of("79").filter((item) => item !== "item-3"));
  });

  it("holds to the last of thousands of pairs, beside as many candidates", async () => {
    const database = await openWorkDatabase({
      path: ":memory:",
      spillDirectory: folder.path,
      memoryLimit: "100MB",
      readable: [],
    });
    try {
      // 100 users x 300 items: far more than is read at once.
      await database.run(`
        CREATE TABLE ${idTables.users} AS SELECT range::UINTEGER AS "user", range AS user_id FROM range(100);
        CREATE TABLE ${idTables.items} AS SELECT range::UINTEGER AS item, range AS item_id FROM range(300);
        CREATE TABLE ${idTables.pairs} AS SELECT user_id::VARCHAR AS user_text, item_id::VARCHAR AS item_text
          FROM ${idTables.users}, ${idTables.items};
        CREATE TABLE ${idTables.excluded} AS FROM ${idTables.pairs}`);
      const [excluded, candidates] = [openPairs(database, "excluded"), openPairs(database, "pairs")];
      const all = Uint32Array.from({ length: 300 }, (_, item) => item);
      for (let user = 0; user < 100; user++) {
        for (const pairs of [excluded, candidates]) {
          expect((await pairs.take(Uint32Array.of(user))).items).toEqual(all);
        }
      }
    } finally {
      database.close();
    }
  });

  it("counts pairs of users and items that the dataset lacks, refuses none, and says so", async () => {
    const lines = ["user_id,item_id", "1000,item-3", "1000,item-3", "999,item-3", "1001,gone", "998,gone"];
    const excluded = folder.write("shop.csv", lines.join("\n"));
    const said: string[] = [];
    const config = configOf({ "exclude-pairs": excluded, output: file("out.arrow") });
    const { json: result, text } = await scoreStage.run(config, {
      ...silentContext,
      log: (line) => void said.push(line),
    });
    expect(result.selection).toMatchObject({ excludedPairs: 4, unknownExcludedPairs: 3 });
    expect(text).toContain("4 pairs left out by --exclude-pairs");
    expect(text).toContain("3 of them with a user or an item unknown to the dataset");
    const names = '(such as "998", "999", "gone")';
    expect(said).toContain(`${excluded}: 3 of 4 pairs have a user or an item unknown to the dataset ${names}`);
  });

  it("is part of what a job is known by, and gives shards what the whole gets", async () => {
    const excluded = folder.write("shop.csv", "user_id,item_id\n1000,item-3\n1009,item-5\n");
    const whole = await listed({ "exclude-pairs": excluded });
    const { plan } = await json({ "exclude-pairs": excluded });
    folder.write("shop.csv", "user_id,item_id\n1000,item-3\n");
    expect((await json({ "exclude-pairs": excluded })).plan).not.toBe(plan);
    folder.write("shop.csv", "user_id,item_id\n1000,item-3\n1009,item-5\n");
    for (const shard of ["0/2", "1/2"]) await json({ "exclude-pairs": excluded, output: file("parts.arrow"), shard });
    await json({ "exclude-pairs": excluded, output: file("parts.arrow"), shards: "2", merge: true });
    expect((await readRows(file("parts.arrow"))).map(({ user, item }) => `${user} ${item}`)).toEqual(whole);
  });

  it.each([
    ["missing.csv", null, "missing.csv: there is no such file"],
    ["half.csv", "user_id,item_id\n1000,\n", "1 rows without user id or item id"],
    ["one.csv", "user_id,when,where\n1000,1,2\n", "no item column among user_id, when, where"],
  ])("refuses %s", async (name, text, message) => {
    const excluded = text === null ? file(name) : folder.write(name, text);
    await expect(json({ "exclude-pairs": excluded })).rejects.toThrow(message);
  });
});

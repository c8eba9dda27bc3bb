/**
 * A run loaded for serving: the run's own logits by the log's ids, lists without seen items, many
 * callers at once, and refusals.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type LoadedRanker, load } from "../../library/serve.ts";
import { loadRun } from "../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../pipelines/train/train.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { IngestFolder } from "../support/data/ingest-folder.ts";
import { silentContext } from "../support/stages/silent-context.ts";

const folder = new IngestFolder();
const dataset = path.join(folder.dataRoot, "t");
const models = path.join(folder.path, "models");
const run = path.join(models, "t/mf");

/** 12 users of 6 items each, of 11. */
const itemsOf = (user: number) => Array.from({ length: 6 }, (_, k) => `item ${(user * 5 + k * 3) % 11}`);

let ranker: LoadedRanker;
let userIds: string[];
let itemIds: string[];
beforeAll(async () => {
  const rows = Array.from({ length: 12 }, (_, user) =>
    itemsOf(user).map((item, k) => `${1000 + user},${item},${user * 6 + k}`),
  );
  await folder.ingest({ raw: folder.write("log.csv", ["user,item,time", ...rows.flat()].join("\n")) });
  const flags = {
    "data-root": folder.dataRoot,
    "models-root": models,
    dataset: "t",
    model: "mf",
    run: "mf",
    epochs: "3",
    k: "1",
  };
  const given = { ...flags, engine: "reference", baselines: "none", "validation-metric": "HR@1" };
  await trainStage.run(parseConfig({ schema: trainSchema, layers: [], flags: given }), silentContext);
  ranker = await load(run, { dataset, engine: "reference" });
  [userIds, itemIds] = [await folder.ids("user"), await folder.ids("item")];
});
afterAll(() => {
  ranker.close();
  folder.remove();
});

describe("a loaded run", () => {
  it("says what it is and whom it knows", () => {
    expect(ranker).toMatchObject({
      run: "mf",
      dataset: "t",
      users: 12,
      items: 11,
      engine: "reference: plain loops, 1 thread",
    });
    expect([ranker.hasUser(1003), ranker.hasUser("1003"), ranker.hasUser(1003n), ranker.hasUser("3")]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([ranker.hasItem("item 10"), ranker.hasItem("item 11")]).toEqual([true, false]);
  });

  it("gives the run's logits for pairs of ids", async () => {
    const { spec, parameters } = await loadRun(run);
    const { logit } = openForward(spec, parameters);
    const pairs = [
      { user: 1002, item: "item 4" },
      { user: "1011", item: "item 0" },
    ];
    const expected = pairs.map(({ user, item }) =>
      Math.fround(logit(userIds.indexOf(String(user)), itemIds.indexOf(item))),
    );
    expect([...(await ranker.scores(pairs))]).toEqual(expected);
    expect(await ranker.scores([])).toHaveLength(0);
  });

  it("lists the best items that are not in the user's own log, held-out ones included", async () => {
    const { items, source } = await ranker.top(1004, { k: 100 });
    expect(source).toBe("ranker");
    expect(items.map(({ item }) => item).sort()).toEqual(itemIds.filter((id) => !itemsOf(4).includes(id)).sort());
    const scores = await ranker.scores(items.map(({ item }) => ({ user: 1004, item })));
    // One way sums before it rounds to float32, the other in another order.
    for (const [rank, { score }] of items.entries()) expect(score).toBeCloseTo(scores[rank]!, 6);
    expect([...items].sort((a, b) => b.score - a.score)).toEqual(items);
    expect((await ranker.top(1004, { k: 2 })).items).toEqual(items.slice(0, 2));
  });

  it("leaves out what it is told to, and nothing when told so", async () => {
    const all = (await ranker.top(1004, { k: 11, excludeSeen: false })).items;
    expect(all).toHaveLength(11);
    const best = all[0]!.item;
    const without = await ranker.top(1004, { k: 11, excludeSeen: false, without: [best, "never heard of"] });
    expect(without.items).toEqual(all.slice(1));
  });

  it("answers many callers at once as it answers one", async () => {
    const alone = [];
    for (const user of userIds) alone.push(await ranker.top(user));
    for (const engine of ["reference", "auto"] as const) {
      const loaded = await load(run, { dataset, engine });
      const together = await Promise.all(Array.from({ length: 120 }, (_, k) => loaded.top(userIds[k % 12]!)));
      for (const [k, list] of together.entries()) {
        expect(list.items.map(({ item }) => item)).toEqual(alone[k % 12]!.items.map(({ item }) => item));
      }
      loaded.close();
      await expect(loaded.top(1000)).rejects.toThrow("closed");
    }
  });

  it("gives a user who was not in the log the popular items, when told to", async () => {
    const { items, source } = await ranker.top("nobody", { unknown: "popular", k: 3 });
    expect(source).toBe("popular");
    const all = (await ranker.top("nobody", { unknown: "popular", k: 11 })).items;
    expect(all).toHaveLength(11);
    expect(items).toEqual(all.slice(0, 3));
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).sort((a, b) => b - a));
    expect((await ranker.top("nobody", { unknown: "popular", k: 1, without: [all[0]!.item] })).items).toEqual([all[1]]);
  });
});

describe("people who are not in the log", () => {
  it("get a list without their own items, and are told how many of them were unknown", async () => {
    const items = ["item 1", "item 3", "item 3", "never heard of"];
    const list = await ranker.topFor({ items }, { k: 100 });
    expect(list).toMatchObject({ source: "ranker", unknownItems: 1 });
    const listed = list.items.map(({ item }) => item);
    expect([...listed].sort()).toEqual(itemIds.filter((id) => id !== "item 1" && id !== "item 3").sort());
    expect([...list.items].sort((a, b) => b.score - a.score)).toEqual(list.items);
    expect((await ranker.topFor({ items }, { k: 2, without: [listed[0]!] })).items).toEqual(list.items.slice(1, 3));
    expect((await ranker.topFor({ items }, { k: 100, excludeOwn: false })).items).toHaveLength(itemIds.length);
  });

  it("get the same each time, whoever else asks, and another where weights say so", async () => {
    const person = { items: ["item 1", "item 3", "item 6"] };
    const alone = await ranker.topFor(person);
    const others = Array.from({ length: 20 }, (_, k) => ranker.topFor({ items: [`item ${k % 11}`] }));
    expect(await ranker.topFor(person)).toEqual(alone);
    await Promise.all(others);
    expect(await ranker.topFor({ ...person, weights: [1, 1, 1] })).toEqual(alone);
    expect(await ranker.topFor({ ...person, weights: [30, 1, 1] })).not.toEqual(alone);
    using again = await load(run, { dataset, engine: "auto" });
    expect(await again.topFor(person)).toEqual(alone);
  });

  it("are refused, or get popular items, where nothing is known of them", async () => {
    await expect(ranker.topFor({ items: ["x", "y"] })).rejects.toThrow(
      "none of the person's 2 items was in the log of t",
    );
    await expect(ranker.topFor({ items: ["item 1"], weights: [0] })).rejects.toThrow("with a weight above 0");
    const popular = await ranker.topFor({ items: ["x"] }, { unknown: "popular", k: 3 });
    expect(popular).toMatchObject({ source: "popular", unknownItems: 1 });
    expect(popular.items).toEqual((await ranker.top("nobody", { unknown: "popular", k: 3 })).items);
  });

  it("are refused with weights that are none, by name", async () => {
    const items = ["item 1", "item 2"];
    await expect(ranker.topFor({ items, weights: [1] })).rejects.toThrow(
      "2 items and 1 weights, expected one for each",
    );
    await expect(ranker.topFor({ items, weights: [1, -2] })).rejects.toThrow('the weight of item "item 2" is -2');
    await expect(ranker.topFor({ items }, { k: 0 })).rejects.toThrow("k is 0");
  });
});

describe("similar items", () => {
  it("are those of the greatest cosine, best first, the item itself left out", async () => {
    const alike = await ranker.similar("item 4", 100);
    expect(alike.map(({ item }) => item).sort()).toEqual(itemIds.filter((id) => id !== "item 4").sort());
    expect([...alike].sort((a, b) => b.score - a.score)).toEqual(alike);
    const back = await ranker.similar(alike[0]!.item, 100);
    expect(back.find(({ item }) => item === "item 4")!.score).toBeCloseTo(alike[0]!.score, 6);
    await expect(ranker.similar("x")).rejects.toThrow('item "x" was not in the log of t');
  });
});

describe("what loading and asking refuse", () => {
  it("ids that were not in the log, by name", async () => {
    await expect(ranker.top("nobody")).rejects.toThrow('user "nobody" was not in the log of t');
    await expect(ranker.scores([{ user: 1000, item: "x" }])).rejects.toThrow('item "x" was not in the log of t');
    await expect(ranker.top(1000, { k: 0 })).rejects.toThrow("k is 0, expected a whole number of at least 1");
    await expect(ranker.top(1000, { k: Number.NaN })).rejects.toThrow("k is NaN");
  });

  it("seen items that were not loaded", async () => {
    using loaded = await load(run, { dataset, engine: "reference", seen: false });
    expect((await loaded.top(1000, { k: 11 })).items).toHaveLength(11);
    await expect(loaded.top(1000, { excludeSeen: true })).rejects.toThrow("seen items were not loaded");
  });

  it("no run, no dataset, another dataset, a changed file", async () => {
    await expect(load(path.join(models, "t/none"), { dataset })).rejects.toThrow("it is not a run");
    await expect(load(run, { dataset: path.join(folder.path, "nowhere") })).rejects.toThrow(
      "there is no such dataset folder",
    );
    const rows = Array.from({ length: 40 }, (_, row) => `${row % 8},${Math.floor(row / 8)},${row}`);
    await folder.ingest({
      raw: folder.write("other.csv", ["user,item,time", ...rows].join("\n")),
      dataset: "other",
      candidates: "full",
    });
    const other = path.join(folder.dataRoot, "other");
    await expect(load(run, { dataset: other })).rejects.toThrow("knows no user of");
    rmSync(other, { recursive: true });
    const train = path.join(dataset, "train.arrow");
    const bytes = readFileSync(train);
    writeFileSync(train, bytes.subarray(0, 100));
    await expect(load(run, { dataset })).rejects.toThrow("has 100 bytes, but ingest wrote");
    await load(run, { dataset, seen: false, engine: "reference" }); // which needs no train.arrow
    writeFileSync(train, bytes);
  });
});

/** A run of yesterday on today's dataset, which numbers people and items otherwise. */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { exportStage } from "../../../pipelines/export/export.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { jobFileSchema, jobFiles } from "../../../pipelines/score/store/job-files.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { scoreSchema } from "../../../src/config/schemas/score-schema.ts";
import { goneOnSecondDay, ingestDay, newOfSecondDay, quickTraining, runStage } from "../../support/stages/shop-days.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const roots = () => ({ "data-root": temporary("data"), "models-root": temporary("models") });
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

/** By "user item", in the order of the file. */
async function scores(file: string): Promise<ReadonlyMap<string, number>> {
  const columns = await readColumns(file);
  const [users, items, values] = [columns.strings("user_id"), columns.strings("item_id"), columns.float32("score")];
  return new Map(Array.from(values, (value, row) => [`${users[row]} ${items[row]}`, value]));
}

async function scoreAll(name: string): Promise<ReadonlyMap<string, number>> {
  const flags = { dataset: "shop", run: "first", k: "100", unknown: "skip", engine: "reference" };
  await runStage(scoreStage, { ...roots(), ...flags, "exclude-seen": false, output: temporary(name) }, { log });
  return scores(temporary(name));
}

let ofFirstDay: ReadonlyMap<string, number>;

beforeAll(async () => {
  await ingestDay(temporary, 1);
  await runStage(trainStage, { ...roots(), ...quickTraining, run: "first" });
  ofFirstDay = await scoreAll("first.arrow");
  await cp(temporary("data/shop"), temporary("data/shop-of-first-day"), { recursive: true });
  await ingestDay(temporary, 2);
});

describe("score", () => {
  it("gives every pair that both days have the score of the first day, to the bit", async () => {
    const ofSecondDay = await scoreAll("second.arrow");
    // 24 people of the first day less one that is gone; 20 things less one, and the new lamp is not known.
    expect(ofSecondDay.size).toBe(23 * 19);
    for (const [pair, score] of ofSecondDay) expect(score).toBe(ofFirstDay.get(pair));
    expect(lines.join("\n")).toMatch(/it knows 23 of 25 users and 19 of 20 items; 1 users and 1 items .* are gone/);
  });

  it.each([
    { what: "people who are folded in", owner: "user_id", item: "item_id" },
    { what: "similar items", owner: "item_id", item: "similar_item_id" },
  ])("gives $what the scores of the first day, to the bit", async ({ owner, item }) => {
    await writeFile(temporary("visitors.csv"), "user,item\nvisitor,thing-01\nvisitor,thing-05\np02,thing-04\n");
    const asked = owner === "user_id" ? { profiles: temporary("visitors.csv"), unknown: "error" } : { similar: true };
    const scoresOf = async (dataset: string): Promise<ReadonlyMap<string, number>> => {
      const flags = { ...roots(), dataset, run: temporary("models/shop/first"), k: "100", engine: "reference" };
      const seen = owner === "user_id" ? { "exclude-seen": false } : {};
      await runStage(scoreStage, { ...flags, ...asked, ...seen, output: temporary(`${dataset}-${owner}.arrow`) });
      const columns = await readColumns(temporary(`${dataset}-${owner}.arrow`));
      const [owners, items, values] = [columns.strings(owner), columns.strings(item), columns.float32("score")];
      return new Map(Array.from(values, (value, row) => [`${owners[row]} ${items[row]}`, value]));
    };
    const [first, second] = [await scoresOf("shop-of-first-day"), await scoresOf("shop")];
    expect(second.size).toBe(owner === "user_id" ? 2 * 19 : 19 * 18);
    for (const [pair, score] of second) expect([pair, score]).toEqual([pair, first.get(pair)]);
  });

  it("names people who are new as unknown", async () => {
    const flags = { ...roots(), dataset: "shop", run: "first", engine: "reference", output: temporary("x.arrow") };
    await expect(runStage(scoreStage, flags)).rejects.toThrow("2 of the users to score have no interaction");
  });

  it("gives the same rows in shards", async () => {
    const flags = { ...roots(), dataset: "shop", run: "first", unknown: "popular", engine: "reference", k: "3" };
    await runStage(scoreStage, { ...flags, output: temporary("whole.csv") });
    for (const shard of ["0/3", "1/3", "2/3"]) {
      await runStage(scoreStage, { ...flags, output: temporary("parts.csv"), shard });
    }
    await runStage(scoreStage, { ...flags, output: temporary("parts.csv"), shards: "3", merge: true });
    expect(await readFile(temporary("parts.csv"), "utf8")).toBe(await readFile(temporary("whole.csv"), "utf8"));
    expect(await readFile(temporary("whole.csv"), "utf8")).toMatch(/a-first,thing-\d+,1,.*popularity/);
  });
});

describe("a scoring job through an object store", () => {
  const filesOf = async (dataset: string) => {
    const given = { ...roots(), dataset, run: temporary("models/shop/first"), output: temporary("y.csv") };
    const config = parseConfig({ schema: scoreSchema, layers: [], flags: given });
    return (await jobFiles(config, await readSubject(config, temporary("models/shop/first")))).map((file) => ({
      ...jobFileSchema.parse(file),
      path: file.path,
    }));
  };

  it("takes the run's own ids along where the dataset has others", async () => {
    const names = (await filesOf("shop")).map(({ relativePath }) => relativePath);
    expect(names).toEqual(expect.arrayContaining(["run/dataset/users.arrow", "run/dataset/dataset.json"]));
    const ofOwn = (await filesOf("shop-of-first-day")).map(({ relativePath }) => relativePath);
    expect(ofOwn.filter((name) => name.startsWith("run/"))).toEqual([
      "run/manifest.json",
      "run/checkpoint.safetensors",
    ]);
  });
});

describe("evaluate", () => {
  it("leaves out whom the run does not know, and says so", async () => {
    const flags = { ...roots(), dataset: "shop", run: "first", k: "3", engine: "reference" };
    const { json } = await runStage(evaluateStage, flags, { log });
    expect(json).toMatchObject({ users: 23, protocol: expect.stringContaining("without 2 users") });
  });

  it("ranks an item behind all others that the run does not know", async () => {
    // Of the four candidates of each case, with the positive, the lamp is last: nobody's lamp is found at 4.
    const flags = { ...roots(), dataset: "shop", run: "first", k: "4", engine: "reference" };
    const { json } = await runStage(evaluateStage, { ...flags, output: temporary("again") });
    const perUser = await readColumns(temporary("again/per-user-test.arrow"));
    const test = await readColumns(temporary("data/shop/test.arrow"));
    const items = (await readColumns(temporary("data/shop/items.arrow"))).strings("item_id");
    const lampUsers = Array.from(test.uint32("user")).filter(
      (_, row) => items[test.uint32("item")[row]!] === newOfSecondDay.items[0],
    );
    const ranks = perUser.uint32("rank");
    for (const [row, user] of perUser.uint32("user").entries()) {
      if (lampUsers.includes(user)) expect(ranks[row]).toBe(5);
    }
    expect(json.users).toBe(23);
  });
});

describe("export and serve", () => {
  it("export writes the run under its own ids", async () => {
    const flags = { ...roots(), dataset: "shop", run: "first", format: "npy", output: temporary("export") };
    const { json } = await runStage(exportStage, flags, { log });
    expect(json.status).toBe("done");
    const users = JSON.parse(await readFile(temporary("export/users.json"), "utf8")) as { ids: string[] };
    expect(users.ids).toContain(goneOnSecondDay.users[0]);
    expect(users.ids).not.toContain(newOfSecondDay.users[0]);
    expect(lines.join("\n")).toContain("the ids are those that the run has kept");
  });

  it("serve answers for whom it knows, and never with an item that it does not", async () => {
    const ranker = await load(temporary("models/shop/first"), { dataset: temporary("data/shop"), engine: "reference" });
    expect(ranker.hasUser("p01")).toBe(true);
    expect(ranker.hasUser("a-first")).toBe(false);
    await expect(ranker.top("a-first")).rejects.toThrow('user "a-first" was not in the log');
    const { items } = await ranker.top("p01", { k: 100, excludeSeen: false });
    expect(items).toHaveLength(19);
    for (const { item, score } of items) expect(score).toBeCloseTo(ofFirstDay.get(`p01 ${item}`)!, 5);
    ranker.close();
  });
});

it("somebody it does not know gets what is popular, without what they have: served as scored", async () => {
  const flags = { ...roots(), dataset: "shop", run: "first", unknown: "popular", engine: "reference", k: "100" };
  await runStage(scoreStage, { ...flags, output: temporary("popular.arrow") });
  const of = (pairs: ReadonlyMap<string, number>) =>
    [...pairs.keys()].filter((pair) => pair.startsWith("a-first ")).map((pair) => pair.slice("a-first ".length));
  const scored = of(await scores(temporary("popular.arrow")));
  expect(scored).toHaveLength(19 - 4); // known things, less four taken
  const folder = { dataset: temporary("data/shop"), engine: "reference" } as const;
  const ranker = await load(temporary("models/shop/first"), folder);
  const asked = { k: 100, unknown: "popular" } as const;
  const { items, source } = await ranker.top("a-first", asked);
  expect([source, items.map(({ item }) => item)]).toEqual(["popular", scored]);
  expect((await ranker.top("a-first", { ...asked, excludeSeen: false })).items).toHaveLength(19);
  const without = [scored[0]!];
  expect((await ranker.top("a-first", { ...asked, without })).items.map(({ item }) => item)).toEqual(scored.slice(1));
  expect((await ranker.top("nobody", asked)).items).toHaveLength(19);
  ranker.close();
});

it("the same train command makes another run, and leaves that of the first day as it is", async () => {
  await ingestDay(temporary, 1, { dataset: "again" });
  const flags = { ...roots(), ...quickTraining, dataset: "again" };
  const first = await runStage(trainStage, flags);
  expect((await runStage(trainStage, flags)).json.run).toBe(first.json.run);
  const before = await readFile(`${first.json.run}/manifest.json`);
  await ingestDay(temporary, 2, { dataset: "again" });
  const second = await runStage(trainStage, flags);
  expect(second.json).toMatchObject({ status: "done" });
  expect(second.json.run).not.toBe(first.json.run);
  expect(await readFile(`${first.json.run}/manifest.json`)).toEqual(before);
});

it("verify hashes what the run has kept", async () => {
  const flags = { path: temporary("models/shop/first"), inputs: false };
  expect((await runStage(verifyStage, flags)).exitCode ?? 0).toBe(0);
  await cp(temporary("models/shop/first"), temporary("models/shop/edited"), { recursive: true });
  await writeFile(temporary("models/shop/edited/dataset/users.arrow"), "another");
  const { exitCode, text } = await runStage(verifyStage, { ...flags, path: temporary("models/shop/edited") });
  expect(exitCode).toBe(3);
  expect(text).toContain("dataset/users.arrow");
});

it("a run that has kept nothing, or nobody in common, is refused with both contents", async () => {
  await cp(temporary("models/shop/first"), temporary("models/shop/old"), { recursive: true });
  await rm(temporary("models/shop/old/dataset"), { recursive: true });
  const flags = { ...roots(), dataset: "shop", engine: "reference", k: "3" };
  await expect(runStage(evaluateStage, { ...flags, run: "old" })).rejects.toThrow("has kept no ids");
  await ingestDay(temporary, 1, { dataset: "other", "user-column": "item", "item-column": "user" });
  await expect(runStage(evaluateStage, { ...flags, dataset: "other", run: temporary("models/shop/first") }))
    .rejects //
    .toThrow(/knows no user of .*none in common/);
});

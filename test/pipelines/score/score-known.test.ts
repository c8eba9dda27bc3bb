/** What a user is known to have met, in whatever way, is not recommended: from ingest to lists and to a server. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { jobFiles } from "../../../pipelines/score/store/job-files.ts";
import { readSubject } from "../../../pipelines/score/subject.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
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

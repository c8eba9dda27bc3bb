/** A dataset's features reach the tables that train, and whoever opens the run finds a ranker of users and items. */
import { cp, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { loadRun, tablesOfRun } from "../../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { foldSides, type Sides } from "../../../src/ranker/side.ts";
import { manifestSchema } from "../../../src/runs/manifest.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { categoryOf, writeFeatures } from "../../support/data/features-folder.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { tinySettings } from "../../support/stages/setting-probes.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const board = checkerboardDataset(8, 16);
const colours = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? "black" : "white"));
/** Of users their colour; of items too, and item 3 has no row of its own. */
const users = categoryOf("colour", ["black", "white"], { of: colours(8) });
const items = categoryOf("shade", ["white", "black", "grey"], { of: colours(16), withoutId: [3] });
const sides: Sides = { users: users.side, items: items.side };

beforeAll(async () => {
  for (const name of ["plain", "coloured", "recoloured"]) await writeDatasetFolder(temporary(`data/${name}`), board);
  const schema = { users: users.schema, items: items.schema };
  await writeFeatures(temporary("data/coloured"), { ...sides, schema });
  const other = categoryOf("shade", ["black", "blue", "white"], { of: colours(16), withoutId: [3] });
  const others = { users: users.schema, items: other.schema };
  await writeFeatures(temporary("data/recoloured"), { users: users.side, items: other.side, schema: others });
});

const settings = {
  ...tinySettings,
  batchSize: 32,
  epochs: 2,
  engine: "reference",
  validation: { metric: "NDCG@3" },
  k: [3],
  baselines: "none",
};

async function train(dataset: string, run: string, more: Readonly<Record<string, unknown>> = {}, context = {}) {
  const roots = { dataRoot: temporary("data"), modelsRoot: temporary("models") };
  const values = { ...settings, ...roots, dataset, run, ...more };
  const config = parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
  return trainStage.run(config, { ...silentContext, ...context });
}

const folderOf = (dataset: string, run: string) => temporary(`models/${dataset}/${run}`);
const bytesOf = (dataset: string, run: string, name: string) => readFile(path.join(folderOf(dataset, run), name));

describe("training on a dataset with features", () => {
  it("keeps the rows, and a checkpoint of their sums", async () => {
    const lines: string[] = [];
    await train("coloured", "whole", {}, { log: (line: string) => void lines.push(line) });
    expect(lines).toContain("features of items: shade (category, 4 rows); 20 rows in all");
    const run = await loadRun(folderOf("coloured", "whole"));
    const tables = await tablesOfRun(run);
    expect([tables.spec.users, tables.spec.items]).toEqual([8 + 3, 16 + 4]);
    expect([run.spec.users, run.spec.items]).toEqual([8, 16]);
    expect(run.parameters).toEqual(foldSides(tables.spec, tables.parameters, sides).parameters);
    const manifest = manifestSchema.parse(JSON.parse(String(await bytesOf("coloured", "whole", "manifest.json"))));
    for (const name of ["checkpoint.safetensors", "rows.safetensors", "dataset/features.json"])
      expect(manifest.files).toHaveProperty([name]);
  });

  it("is another training than without them, whose files are as ever", async () => {
    await train("plain", "plain");
    await expect(stat(path.join(folderOf("plain", "plain"), "rows.safetensors"))).rejects.toThrow("ENOENT");
    const [plain, coloured] = [await loadRun(folderOf("plain", "plain")), await loadRun(folderOf("coloured", "whole"))];
    expect(await tablesOfRun(plain)).toBe(plain);
    expect(coloured.parameters.get("userGmf")).not.toEqual(plain.parameters.get("userGmf"));
  });

  it("leaves them aside where none are wanted, and refuses to be asked for what is not there", async () => {
    await train("coloured", "none", { features: "none" });
    const [plain, none] = [await loadRun(folderOf("plain", "plain")), await loadRun(folderOf("coloured", "none"))];
    expect(none.parameters).toEqual(plain.parameters);
    await expect(train("plain", "all", { features: "all" })).rejects.toThrow(
      "--features all: dataset checkerboard has no features; ingest it with --item-features or --user-features",
    );
    await expect(train("plain", "dropping", { idDropout: 0.5 })).rejects.toThrow(
      "--id-dropout 0.5: without its id a ranker would know nothing, for dataset checkerboard has no features",
    );
    await expect(train("coloured", "dropping", { idDropout: 0.5, features: "none" })).rejects.toThrow(
      "--features none takes none",
    );
  });

  it("measures test by what evaluate finds in the run", async () => {
    const run = folderOf("coloured", "whole");
    const values = { run, dataset: "coloured", dataRoot: temporary("data"), k: [3], engine: "reference" };
    const config = parseConfig({ schema: evaluateSchema, layers: [{ source: "test", values }], flags: {} });
    const { json } = await evaluateStage.run(config, silentContext);
    const own = JSON.parse(String(await bytesOf("coloured", "whole", "metrics.json")));
    expect((json as { metrics: unknown }).metrics).toEqual(own.test ?? own.metrics);
  });

  it("goes on after an interruption to the same bits, refit included", async () => {
    const more = { refit: true, checkpoint: { everySteps: 1 } };
    await train("coloured", "refitted", more);
    await train("coloured", "stopped", more, { signal: AbortSignal.abort() });
    await train("coloured", "stopped", { ...more, resume: true });
    for (const name of ["checkpoint", "rows", "selected", "selected-rows"]) {
      const file = `${name}.safetensors`;
      expect(await bytesOf("coloured", "stopped", file)).toEqual(await bytesOf("coloured", "refitted", file));
    }
  });

  it("does not go on where the features have changed", async () => {
    await train("coloured", "changed", {}, { signal: AbortSignal.abort() });
    await cp(folderOf("coloured", "changed"), folderOf("recoloured", "changed"), { recursive: true });
    await expect(train("recoloured", "changed", { resume: true })).rejects.toThrow(/dataset/);
  });
});

describe("train --start-from with features", () => {
  /** So slow that what a run begins with is what it ends with, nearly. */
  const still = { epochs: 1, optimizer: { name: "adam", learningRate: 1e-12 } };
  const startFrom = (run: string) => ({ start: { from: run } });
  const rowsOf = async (dataset: string, run: string, name: string) => {
    const { spec, parameters } = await tablesOfRun(await loadRun(folderOf(dataset, run)));
    const values = parameters.get(name)!;
    const width = values.length / (name.startsWith("user") ? spec.users : spec.items);
    return (row: number) => [...values.subarray(row * width, (row + 1) * width)].map((value) => value.toFixed(6));
  };

  it("matches values by what they say, and begins anew those that are new", async () => {
    const lines: string[] = [];
    const from = startFrom(folderOf("coloured", "whole"));
    await train("recoloured", "warm", { ...still, ...from }, { log: (line: string) => void lines.push(line) });
    await train("recoloured", "cold", still);
    const there = await rowsOf("coloured", "whole", "itemGmf");
    const cold = await rowsOf("recoloured", "cold", "itemGmf");
    const here = await rowsOf("recoloured", "warm", "itemGmf");
    // There white, black, grey stand in rows 17, 18, 19; here black, blue, white do.
    expect([here(5), here(17), here(18), here(19)]).toEqual([there(5), there(18), cold(18), there(17)]);
    expect(lines).toContain("start: 3 of 4 rows of features of items are known there");
  });

  it("begins with what users and items were where the dataset has no features, but not with its moments", async () => {
    const from = startFrom(folderOf("coloured", "whole"));
    const lines: string[] = [];
    await train("plain", "warm", { ...still, ...from }, { log: (line: string) => void lines.push(line) });
    const [here, there] = [await loadRun(folderOf("plain", "warm")), await loadRun(folderOf("coloured", "whole"))];
    for (const [k, value] of here.parameters.get("itemGmf")!.entries())
      expect(value).toBeCloseTo(there.parameters.get("itemGmf")![k]!, 6);
    expect(lines.join("\n")).toContain("items have no features here; each begins as the sum that it was there");
    await train("coloured", "kept", { saveOptimizer: true });
    const keep = { start: { from: folderOf("coloured", "kept"), optimizer: "keep" } };
    await expect(train("plain", "keeping", keep)).rejects.toThrow(
      "has features of users and items and this dataset has none, so its moments are of other rows",
    );
  });

  it("gives ids their rows where the run had no features", async () => {
    await train("coloured", "from-plain", { ...still, ...startFrom(folderOf("plain", "plain")) });
    const here = await rowsOf("coloured", "from-plain", "userGmf");
    const there = await rowsOf("plain", "plain", "userGmf");
    expect(here(7)).toEqual(there(7));
  });
});

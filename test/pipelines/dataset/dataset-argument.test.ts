/** One path for every stage: a dataset file names the dataset that ingest made of it. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { datasetNameOf, readDatasetDefinition } from "../../../pipelines/dataset/dataset-argument.ts";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { ConfigError } from "../../../src/errors.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const fileWith = async (name: string, content: string): Promise<string> => {
  await mkdir(path.dirname(temporary(name)), { recursive: true });
  await writeFile(temporary(name), content);
  return temporary(name);
};

describe("a dataset file", () => {
  it("is called like itself unless it gives a name, even one that is a default", async () => {
    expect(await datasetNameOf(await fileWith("sets/shop.json", "{}"))).toBe("shop");
    expect(await datasetNameOf(await fileWith("sets/a.json", '\ufeff{"dataset":"sample"}'))).toBe("sample");
    expect(await datasetNameOf("ml-1m")).toBe("ml-1m");
  });

  it("finds its raw logs from where it lies", async () => {
    const file = await fileWith("sets/b.json", '{"raw":"../logs"}');
    expect((await readDatasetDefinition(file)).raw).toBe(temporary("logs"));
  });

  it.each([
    ["not there", null, /--dataset .*none\.json: no such file/],
    ["not JSON", "{", /JSON/],
    ["one with a misspelt setting", '{"rwa":"x"}', /rwa is unknown \(raw\?\)/],
    ["one that names another file", '{"dataset":"x.json"}', /expected a name, not another file/],
  ])("is refused when it is %s", async (_, content, message) => {
    const file = content === null ? temporary("none.json") : await fileWith("bad.json", content);
    await expect(datasetNameOf(file)).rejects.toThrow(message);
    await expect(datasetNameOf(file)).rejects.toBeInstanceOf(ConfigError);
  });
});

describe("the stages after ingest", () => {
  beforeAll(() => writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24)));
  const flags = (dataset: string) => ({
    ...{ "data-root": temporary("data"), "models-root": temporary("models"), engine: "reference" },
    dataset,
  });

  it("train and evaluate the dataset it names, as if the name had been given", async () => {
    const file = await fileWith("anywhere/board.json", '{"raw":"gone"}');
    const settings = { model: "mf", dot: "4", epochs: "1", k: "3", baselines: "none", "validation-metric": "NDCG@3" };
    const train = (dataset: string) =>
      trainStage.run(
        parseConfig({ schema: trainSchema, layers: [], flags: { ...flags(dataset), ...settings } }),
        silentContext,
      );
    const { json } = await train(file);
    expect(path.dirname(String(json.run))).toBe(temporary("models/board"));
    expect((await train("board")).json.run).toBe(json.run);

    const evaluate = (given: Record<string, string>) =>
      evaluateStage.run(
        parseConfig({ schema: evaluateSchema, layers: [], flags: { ...given, k: "3" } }),
        silentContext,
      );
    expect((await evaluate(flags(file))).json).toMatchObject({ run: json.run, metrics: json.metrics });
    const baseline = { "data-root": temporary("data"), dataset: file, baseline: "popularity" };
    expect((await evaluate(baseline)).json.dataset).toMatchObject({ name: "checkerboard" });
  });
});

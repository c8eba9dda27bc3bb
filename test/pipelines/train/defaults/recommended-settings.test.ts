import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  fittedSettings,
  recommendationsSchema,
  recommendedSettings,
  settingsFor,
} from "../../../../pipelines/train/defaults/recommended-settings.ts";
import { optimizerNames } from "../../../../src/config/optimizer/optimizer-names.ts";
import { parseConfig } from "../../../../src/config/parse.ts";
import { trainSchema } from "../../../../src/config/schemas/train-schema.ts";
import { checkerboardDataset } from "../../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../../support/data/small-dataset.ts";
import { useTemporaryFolder } from "../../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const folder = path.resolve(import.meta.dirname, "../../../../pipelines/configs");

describe("settingsFor", () => {
  const entries = recommendationsSchema.parse({
    train: [
      { when: {}, settings: { batchSize: 4096, epochs: 7 } },
      {
        when: { model: ["mf"], optimizer: ["lawn-*"] },
        settings: { epochs: 9, lawn: { freeEpochs: 3, scope: "all" } },
      },
      { when: { batchSizeFrom: 4096 }, settings: { optimizer: { learningRate: 0.5 } } },
    ],
  }).train;

  it("lets later entries override earlier ones and looks at what those chose", () => {
    expect(settingsFor(entries, { model: "mf" })).toEqual({
      batchSize: 4096,
      epochs: 9,
      lawn: { freeEpochs: 3, scope: "all" },
      optimizer: { learningRate: 0.5 },
    });
    // The user's 64 wins when layers meet.
    expect(settingsFor(entries, { batchSize: 64 })).toEqual({ batchSize: 4096, epochs: 7 });
    expect(settingsFor(entries, { model: "mf", optimizer: { name: "adam" } })).not.toHaveProperty("lawn");
  });

  it("gives way to a switch or a schedule of the user's own", () => {
    const own = { model: "mf", lawn: { freeSteps: 5 }, schedule: { name: "0.1 / epoch" } };
    expect(settingsFor(entries, own)).toEqual({ batchSize: 4096, epochs: 9, lawn: { scope: "all" } });
  });
});

describe("the recommendations that are shipped", () => {
  const datasets = readdirSync(folder).map((file) => path.basename(file, ".json"));

  it.each(datasets)(
    "for %s are read, and give a config that parses with every model and optimizer",
    async (dataset) => {
      recommendationsSchema.parse(JSON.parse(readFileSync(path.join(folder, `${dataset}.json`), "utf8")));
      for (const model of ["mf", "gmf", "mlp", "neumf"]) {
        for (const optimizer of optimizerNames) {
          const layers = await recommendedSettings({ dataset, model, optimizer: { name: optimizer } });
          expect(parseConfig({ schema: trainSchema, layers, flags: { dataset, model, optimizer } }).model).toBe(model);
        }
      }
    },
  );

  it("are those of the dataset that a dataset file stands for, and not of the file's own name", async () => {
    const fileOf = async (name: string, content: string): Promise<string> => {
      await writeFile(temporary(name), content);
      return temporary(name);
    };
    const byName = await recommendedSettings({ dataset: "ml-1m" });
    expect(byName).toHaveLength(1);
    expect(await recommendedSettings({ dataset: await fileOf("mine.json", '{"dataset":"ml-1m"}') })).toEqual(byName);
    expect(await recommendedSettings({ dataset: await fileOf("ml-1m.json", "{}") })).toEqual(byName);
    expect(await recommendedSettings({ dataset: await fileOf("ml-1m.json", '{"dataset":"shop"}') })).toEqual([]);
  });

  it("are what the rule chooses for a dataset that nobody knows, from its size", async () => {
    const board = checkerboardDataset(20, 24);
    await writeDatasetFolder(temporary("data/board"), board);
    const [layer, ...others] = await recommendedSettings({ dataset: "board", dataRoot: temporary("data"), epochs: 3 });
    const log = { rows: board.train.length, users: 20, items: 24 };
    expect(layer).toEqual(fittedSettings(log, { epochs: 3 }));
    expect(others).toEqual([]);
    const whole = { ...trainSchema.parse({ dataset: "board" }), dataRoot: temporary("data"), ranker: { dot: 4 } };
    expect(
      await recommendedSettings({ ...whole, lawn: { ...whole.lawn, switchNorm: 1 }, schedule: { name: "0.1" } }),
    ).toEqual([]);
  });

  it("are none for other datasets, whatever their name", async () => {
    expect(await recommendedSettings({ dataset: "mine" })).toEqual([]);
    expect(await recommendedSettings({ dataset: "../../package" })).toEqual([]);
  });
});

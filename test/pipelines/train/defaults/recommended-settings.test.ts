import { readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  fittedSettings,
  recommendationsSchema,
  recommendedSettings,
  settingsFor,
} from "../../../../pipelines/train/defaults/recommended-settings.ts";
import { warmEpochs } from "../../../../pipelines/train/defaults/warm-rule.ts";
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
    const log = {
      rows: board.train.length,
      users: 20,
      items: 24,
      validationRows: board.validation.length,
      drift: null, // too few users to tell
      protocol: "sampled",
      holdsOutItems: false,
    } as const;
    expect(layer).toEqual(fittedSettings(log, { epochs: 3 }, false));
    expect(others).toEqual([]);
    const roots = { dataset: "board", dataRoot: temporary("data"), epochs: 3 };
    expect(await recommendedSettings({ ...roots, candidates: "full" })).toEqual([
      fittedSettings({ ...log, protocol: "full" }, { epochs: 3 }, false),
    ]);
    const split = { kind: "users", counts: { heldOutUsers: 4 } };
    const heldOut = { ...board, description: { ...board.description, split }, profiles: board.validation };
    await writeDatasetFolder(temporary("data/held-out"), heldOut);
    expect(await recommendedSettings({ ...roots, dataset: "held-out", candidates: "full" })).toEqual([
      fittedSettings({ ...log, users: 16, protocol: "full" }, { epochs: 3 }, false),
    ]);
    const whole = { ...trainSchema.parse({ dataset: "board" }), dataRoot: temporary("data"), ranker: { dot: 4 } };
    expect(
      await recommendedSettings({ ...whole, lawn: { ...whole.lawn, switchNorm: 1 }, schedule: { name: "0.1" } }),
    ).toEqual([]);
  });

  it("take the shape of the run that training starts from, and fewer epochs at a longer rate", async () => {
    const board = checkerboardDataset(20, 24);
    await writeDatasetFolder(temporary("data/board"), board);
    const shape = { dot: 6, gmf: 0, embedding: 0, tower: [], idBiases: true };
    const run = temporary("models/board/yesterday");
    await mkdir(run, { recursive: true });
    await writeFile(`${run}/config.json`, JSON.stringify({ model: "mf", ranker: shape, epochs: 7 }));
    await symlink("yesterday", temporary("models/board/current"));
    const roots = { dataset: "board", dataRoot: temporary("data"), modelsRoot: temporary("models") };
    const [cold] = await recommendedSettings(roots);
    const layers = await recommendedSettings({ ...roots, start: { from: "current" } });
    expect(layers[0]).toMatchObject({
      source: expect.stringMatching(/yesterday, which training starts from$/),
      values: { model: "mf", ranker: shape },
    });
    const warm = layers[1]!.values as Record<string, Record<string, number>>;
    const other = cold!.values as typeof warm;
    // 0.24 x 33 = 7.92
    expect(other).toMatchObject({ epochs: 33 });
    expect(warm).toMatchObject({ epochs: 8, validation: { patience: 3 }, schedule: { warmupEpochs: 0.2 } });
    expect(warm.optimizer!.learningRate).toBeCloseTo(1.5 * other.optimizer!.learningRate!, 3);
    expect(warm.lawn).toEqual(other.lawn);
    expect(warm).not.toHaveProperty("ranker");
    expect(layers[1]!.choices.map(({ path }) => path.join("."))).not.toContain("model");
    const byPath = await recommendedSettings({ ...roots, start: { from: run }, epochs: 9 });
    expect(byPath[1]!.values).not.toHaveProperty("epochs");
    const [ofOther, ...rest] = await recommendedSettings({ ...roots, start: { from: run }, model: "neumf" });
    expect([ofOther!.source, rest]).toEqual(["the rule for defaults", []]); // so training refuses its shape
    expect(ofOther!.values).toMatchObject({ epochs: 8 });
  });

  it("give a warm start 6 of 25 epochs, and 2 at least", () => {
    expect([25, 50, 4, 1].map(warmEpochs)).toEqual([6, 12, 2, 2]);
  });

  it("are those of any training where there is no run to start from yet", async () => {
    const roots = { dataset: "board", dataRoot: temporary("data"), modelsRoot: temporary("nowhere") };
    expect(await recommendedSettings({ ...roots, start: { from: "current" } })).toEqual(
      await recommendedSettings(roots),
    );
  });

  it("are none for other datasets, whatever their name", async () => {
    expect(await recommendedSettings({ dataset: "mine" })).toEqual([]);
    expect(await recommendedSettings({ dataset: "../../package" })).toEqual([]);
  });
});

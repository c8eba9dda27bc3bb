/**
 * What each setting says of itself is so: one that claims to change a run's result does, and one that
 * claims not to leaves its bits.
 */
import { createHash } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { StageContext } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { isRecord } from "../../../src/config/is-record.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { settingsOf, settingTree } from "../../../src/config/setting-tree.ts";
import { roleOf } from "../../../src/config/train-facts.ts";
import { mergeInto } from "../../../src/study/search-space.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { coloursOf, writeFeatures } from "../../support/data/features-folder.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { describeNative } from "../../support/engines/native-engine.ts";
import {
  engineProbes,
  nestedAt,
  type SettingProbe,
  settingProbes,
  tinySettings,
  type Values,
} from "../../support/stages/setting-probes.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

beforeAll(async () => {
  await writeDatasetFolder(temporary("data/board"), checkerboardDataset(8, 20));
  await writeFeatures(temporary("data/board"), coloursOf(20)); // so that what is said of features matters
  await writeDatasetFolder(temporary("data/other"), checkerboardDataset(8, 16));
  await cp(temporary("data"), temporary("elsewhere"), { recursive: true });
  await train([{ run: temporary("begun"), saveOptimizer: true, seed: 9 }]);
});

const tinyRun = {
  ...tinySettings,
  dataset: "board",
  batchSize: 32,
  epochs: 3,
  engine: "reference",
  validation: { metric: "NDCG@3", patience: null },
  k: [3],
  baselines: "none",
  checkpoint: { everyEpochs: 100 }, // most of the time goes into files
};

let runs = 0;

/** Each run in a models folder of its own unless `among` names one. */
async function train(layers: readonly Values[], context: Partial<StageContext> = {}) {
  const values: Record<string, unknown> = { dataRoot: temporary("data"), modelsRoot: temporary(`models-${runs++}`) };
  for (const layer of [tinyRun, ...layers]) mergeInto(values, inTemporary(layer) as Values);
  const config = parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
  return trainStage.run(config, { ...silentContext, ...context });
}

interface Evidence {
  readonly configHash: string;
  /** Of the ranker, its losses and its figures. */
  readonly result: string;
}

async function evidenceOf(folder: string): Promise<Evidence> {
  const read = (name: string) => readFile(path.join(folder, name), "utf8");
  const checkpoint = await readFile(path.join(folder, "checkpoint.safetensors"));
  const losses = (await read("training.jsonl"))
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly loss: number }).loss);
  const { configHash } = JSON.parse(await read("manifest.json")) as { readonly configHash: string };
  const sha256 = createHash("sha256").update(checkpoint).digest("hex");
  return { configHash, result: JSON.stringify({ sha256, losses, metrics: JSON.parse(await read("metrics.json")) }) };
}

const trained = async (...layers: readonly Values[]): Promise<Evidence> =>
  evidenceOf(String((await train(layers)).json.run));

const known = new Map<string, Promise<Evidence>>();

/** Most settings are probed among the same others. */
function trainedWithout(among: Values): Promise<Evidence> {
  const key = JSON.stringify(among);
  const evidence = known.get(key) ?? trained(among);
  known.set(key, evidence);
  return evidence;
}

/** With the folders that probes name. */
function inTemporary(value: unknown): unknown {
  if (value === "elsewhere" || value === "begun") return temporary(value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inTemporary(member)]));
}

const settings = settingsOf(settingTree(trainSchema)).map((setting) => [setting.path.join("."), setting] as const);
const needsNative = (name: string): boolean => name === "engine" || name === "threads";
const isOfEngines = (name: string): boolean => name in engineProbes || name === "threads";

async function expectAsSaid([name, setting]: (typeof settings)[number]): Promise<void> {
  const { value, among = {} }: SettingProbe = settingProbes[name]!;
  const without = await trainedWithout(among);
  const added = await trained(among, nestedAt(name, value));
  const { changesResult } = roleOf(setting);
  expect([added.configHash !== without.configHash, added.result !== without.result]).toEqual([
    changesResult,
    changesResult,
  ]);
}

describe("every setting of train", () => {
  it.each(settings.filter(([name]) => !isOfEngines(name) && name !== "resume"))(
    "%s does to a run's result what its role says",
    (...setting) => expectAsSaid(setting),
  );

  it.each(settings.filter(([name]) => isOfEngines(name) && !needsNative(name)))(
    "%s is refused by an engine that cannot honour it",
    async (name) => {
      await expect(trained(nestedAt(name, settingProbes[name]!.value))).rejects.toThrow(/engine/);
    },
  );

  it("resume leaves the result as it is", async () => {
    const models = { modelsRoot: temporary("resumed") };
    const { json } = await train([models], { signal: AbortSignal.abort() });
    expect(json.status).toBe("interrupted");
    expect(await trained(models, { resume: true })).toEqual(await trainedWithout({}));
  });
});

describeNative("every setting of train that needs the native engine", () => {
  it.each(settings.filter(([name]) => needsNative(name)))(
    "%s does to a run's result what its role says",
    (...setting) => expectAsSaid(setting),
  );
});

/** Weights of rows, and what is known beside them, reach whatever trains; what measures leaves weights aside. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { readyBaseline } from "../../../pipelines/baselines/ready-baseline.ts";
import { noDatasetSides } from "../../../pipelines/dataset/feature-files.ts";
import { seenItems } from "../../../pipelines/dataset/seen-items.ts";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { evaluateSplit } from "../../../pipelines/measures/evaluate-split.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { runTrial } from "../../../pipelines/trials/run-trial.ts";
import { matrixMemory } from "../../../src/baselines/matrix-memory.ts";
import { popularityScorer } from "../../../src/baselines/popularity.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import type { PairwiseBatch } from "../../../src/dataset/batch.ts";
import { drawBatch, epochDraws } from "../../../src/dataset/training-batches.ts";
import { openEngine } from "../../../src/engine/open-engine.ts";
import { cellsOf, tuningTrials } from "../../../src/study/plan-trials.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { interactionsOf, withWeights, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { everyPair } from "../../support/engines/every-pair.ts";
import { tinySettings } from "../../support/stages/setting-probes.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { smallStudy } from "../../support/stages/small-study.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const board = checkerboardDataset(8, 16);
const odd = (row: number): number => 1 + (row % 3);

/**
 * Of the same pairs: without weights, of weight 1 throughout, weighted in train, and in validation alone; and with half
 * of what each user has not taken known all the same.
 */
const datasets = {
  plain: board,
  ones: withWeights(board, () => 1),
  weighted: withWeights(board, odd),
  known: {
    ...board,
    known: interactionsOf(
      notTaken().filter(([user, item]) => (user + item) % 4 < 2),
      board.train,
    ),
  },
  validated: withWeights(board, (row, part) => (part === "validation" ? odd(row) : 1)),
};
/** Pairs of different colours. */
function notTaken(): [number, number][] {
  const pairs = Array.from({ length: 8 * 16 }, (_, at): [number, number] => [Math.floor(at / 16), at % 16]);
  return pairs.filter(([user, item]) => user % 2 !== item % 2);
}

type Name = keyof typeof datasets;

beforeAll(async () => {
  for (const [name, dataset] of Object.entries(datasets)) await writeDatasetFolder(temporary(`data/${name}`), dataset);
});

/** sha256 of the ranker that `train` comes to. */
async function trained(dataset: Name, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const values = {
    ...tinySettings,
    dataset,
    batchSize: 32,
    epochs: 2,
    engine: "reference",
    validation: { metric: "NDCG@3" },
    k: [3],
    baselines: "none",
    dataRoot: temporary("data"),
    modelsRoot: temporary("models"),
    force: true,
    ...more,
  };
  const config = parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
  const { json } = await trainStage.run(config, silentContext);
  const checkpoint = await readFile(path.join(String(json.run), "checkpoint.safetensors"));
  // The dataset's hash stands in the file's header, whose length stands in front of it.
  return createHash("sha256")
    .update(checkpoint.subarray(8 + checkpoint.readUInt32LE(0)))
    .digest("hex");
}

/** Of every epoch of every trial whose record stands somewhere in the folder, in the order of their paths. */
async function lossesBelow(folder: string): Promise<number[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /tuning\/trials\/.*\.json$/.test(file));
  const records = await Promise.all(files.sort().map((file) => readFile(path.join(folder, file), "utf8")));
  return records.flatMap((text) => (JSON.parse(text) as { epochs: { loss: number }[] }).epochs.map(({ loss }) => loss));
}

/** The losses of a trial of a study. */
async function compared(name: Name): Promise<unknown> {
  const { optimizer, ...settings } = tinySettings;
  const study = smallStudy({
    settings: { ...settings, optimizer: { learningRate: optimizer.learningRate } },
    subjects: [{ dataset: "checkerboard", model: "neumf" }],
    batchSizes: [{ size: 32, epochs: 2 }],
    arms: [{ name: "adam", optimizer: "adam" }],
    space: {},
    metric: "NDCG@3",
    metrics: ["NDCG@3"],
    comparisons: [],
  });
  const engine = await openEngine("reference");
  const dataset = { ...datasets[name], directory: "", sides: noDatasetSides };
  const data = { dataset, seen: seenItems(dataset, ["train"]) };
  const trial = tuningTrials(study, cellsOf(study)[0]!)[0]!;
  const result = await runTrial({ trial, from: null, data, engine, engineName: "r", context: silentContext });
  return result!.record.epochs.map(({ loss }) => loss); // null only when interrupted
}

/** The losses of the trials of a search. */
async function tuned(dataset: Name): Promise<unknown[]> {
  const modelsRoot = temporary(`tuned-${dataset}`);
  await trained(dataset, { tune: 2, modelsRoot });
  return lossesBelow(modelsRoot);
}

describe("the weights of rows", () => {
  it.each(["bce", "bpr"])("reach train under %s; weights of 1 are none, to the bit", async (loss) => {
    const plain = await trained("plain", { loss });
    expect(await trained("ones", { loss })).toBe(plain);
    expect(await trained("weighted", { loss })).not.toBe(plain);
    expect(await trained("validated", { loss })).toBe(plain);
  });

  it("reach the refit, those of validation too", async () => {
    const ones = await trained("ones", { refit: true });
    expect(await trained("plain", { refit: true })).toBe(ones);
    expect(await trained("validated", { refit: true })).not.toBe(ones);
  });

  it("reach the trials of --tune", async () => {
    const plain = await tuned("plain");
    expect(plain.length).toBeGreaterThan(0);
    expect(await tuned("ones")).toEqual(plain);
    expect(await tuned("weighted")).not.toEqual(plain);
  });

  it("reach the trials of a study", async () => {
    const plain = await compared("plain");
    expect(await compared("ones")).toEqual(plain);
    expect(await compared("weighted")).not.toEqual(plain);
  });

  it("reach iALS as confidence, of validation too where it is fitted on both", async () => {
    const scores = async (name: Name, refit: boolean): Promise<Float32Array> => {
      const dataset = await loadDataset(temporary(`data/${name}`));
      const settings = {
        ...{
          factors: 2,
          regularization: 0.01,
          unobservedWeight: 0.1,
          iterations: 2,
          neighbours: null,
          shrinkage: null,
        },
        ...{ seed: 1, engine: "reference", threads: null, modelsRoot: temporary("models") },
      };
      const memory = matrixMemory(silentContext.freeMemoryBytes);
      const request = {
        settings,
        refit,
        ks: [3],
        candidates: null,
        usersSample: null,
        dataset,
        memory,
        context: silentContext,
      };
      return everyPair((await readyBaseline("ials", request)).scorer);
    };
    expect(await scores("ones", true)).toEqual(await scores("plain", true));
    expect(await scores("weighted", false)).not.toEqual(await scores("plain", false));
    expect(await scores("validated", false)).toEqual(await scores("plain", false));
    expect(await scores("validated", true)).not.toEqual(await scores("plain", true));
  });

  it("leave metrics as they are", async () => {
    const metricsOf = async (name: Name) => {
      const dataset = await loadDataset(temporary(`data/${name}`));
      const scorer = popularityScorer(dataset.train);
      return (await evaluateSplit({ usersSample: null, scorer, dataset, split: "test", candidates: null, ks: [3] }))
        .metrics;
    };
    expect(await metricsOf("weighted")).toEqual(await metricsOf("plain"));
  });
});

describe("what is known beside the splits", () => {
  it("is no negative: in train, the refit, --tune and compare", async () => {
    expect(await trained("known")).not.toBe(await trained("plain"));
    expect(await trained("known", { refit: true })).not.toBe(await trained("plain", { refit: true }));
    expect(await tuned("known")).not.toEqual(await tuned("plain"));
    expect(await compared("known")).not.toEqual(await compared("plain"));
  });

  it("is drawn in no epoch", () => {
    const dataset = { ...datasets.known, directory: "" };
    for (const parts of [["train"], ["train", "validation"]] as const) {
      const source = {
        ...({ interactions: dataset.train, seen: seenItems(dataset, parts), loss: "bpr", seed: 1 } as const),
        ...{ negativesPerPositive: 5, negativesFrom: "uniform" as const, negativesPower: 0, batchSize: 10_000 },
        idDropout: 0,
      };
      const batch = drawBatch(source, epochDraws(source, 0), 0) as PairwiseBatch; // of bpr
      const drawn = new Set(Array.from(batch.users, (user, row) => `${user} ${batch.negatives[row]}`));
      const { userColumn, itemColumn } = dataset.known;
      const known = Array.from(userColumn, (user, row) => `${user} ${itemColumn[row]}`);
      expect(known.filter((pair) => drawn.has(pair))).toEqual([]);
      expect(drawn.size).toBeGreaterThan(0);
    }
  });
});

/** Runs whose settings are planned: what is recorded, what the same command finds again, and what comes of it. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { readManifest, verifyRun } from "../../../../pipelines/runs/stored-run.ts";
import type { StageContext, StageResult } from "../../../../pipelines/stage.ts";
import { trainStage } from "../../../../pipelines/train/train.ts";
import { type ConfigLayer, parseConfig } from "../../../../src/config/parse.ts";
import { trainSchema } from "../../../../src/config/schemas/train-schema.ts";
import { settingsOf, settingTree } from "../../../../src/config/setting-tree.ts";
import { groupItemsByUser } from "../../../../src/dataset/interaction-dataset.ts";
import { sampleCandidates } from "../../../../src/dataset/sample-candidates.ts";
import type { Manifest } from "../../../../src/runs/manifest.ts";
import { checkerboardDataset } from "../../../support/data/checkerboard-dataset.ts";
import { interactionsOf, writeDatasetFolder } from "../../../support/data/small-dataset.ts";
import { silentContext } from "../../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
beforeAll(() => writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24)));

const values = {
  dataset: "board",
  engine: "reference",
  model: "mf",
  ranker: { dot: 4 },
  optimizer: { name: "lawn-adam", learningRate: 0.01 },
  lawn: { freeEpochs: 2 },
  batchSize: 64,
  epochs: 6,
  validation: { metric: "NDCG@3", patience: null },
  k: [3],
  diagnostics: false,
  checkpoint: { everyEpochs: 100 }, // most of the time goes into files
};

/** A clock on which every look takes so many milliseconds. */
function clock(milliseconds = 10): () => number {
  let now = 0;
  return () => {
    now += milliseconds;
    return now;
  };
}

const flagsOf = (flags: object): readonly string[] =>
  settingsOf(settingTree(trainSchema)).flatMap(({ flag, path: at }) =>
    flag !== null && flag in flags ? [at.join(".")] : [],
  );

let logged: string[] = [];
async function train(
  flags: Readonly<Record<string, string | boolean>>,
  { layer, ...change }: Partial<StageContext> & { readonly layer?: ConfigLayer } = {},
): Promise<StageResult> {
  logged = [];
  const own = { dataRoot: temporary("data"), modelsRoot: temporary("models") };
  const layers = [layer ?? { source: "test", values }, { source: "places", values: own }];
  return trainStage.run(parseConfig({ schema: trainSchema, layers, flags }), {
    ...silentContext,
    elapsed: clock(),
    log: (line) => void logged.push(line),
    givenAsFlags: flagsOf(flags),
    ...change,
  });
}

const readJson = async (file: string) => JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
const manifestOf = async ({ json }: StageResult): Promise<Manifest> => (await readManifest(String(json.run)))!;
const configOf = ({ json }: StageResult) => readJson(path.join(String(json.run), "config.json"));
const bitsOf = async ({ json }: StageResult) =>
  createHash("sha256")
    .update(await readFile(path.join(String(json.run), "checkpoint.safetensors")))
    .digest("hex");

describe("a run with a budget", () => {
  it("says and records what was measured and decided, and its settings alone give the same bits", async () => {
    const result = await train({ budget: "1h" });
    expect(path.basename(String(result.json.run))).toMatch(/^mf-lawn-adam-3600s-s1-[0-9a-f]{8}$/);
    expect(logged.join("\n")).toMatch(/budget of 3600 s: epochs 6: an epoch takes about .* are left for training/);
    const { planning, configHash } = await manifestOf(result);
    expect(planning).toMatchObject({
      request: { budget: "3600s", epochs: 6, hold: [] },
      budget: { seconds: 3600, epochs: 6, batchSize: 64, trials: 0 },
      tuning: null,
      settings: { epochs: 6, batchSize: 64 },
    });
    const config = await configOf(result);
    expect([config.budget, config.hold, config.epochs]).toEqual([undefined, undefined, 6]);

    const plain = await train({}, { layer: { source: "config.json", values: config } });
    expect(plain.json.run).not.toBe(result.json.run);
    expect((await manifestOf(plain)).configHash).toBe(configHash);
    expect(await bitsOf(plain)).toBe(await bitsOf(result));
  });

  it("plans fewer epochs, and phases that fit them, where time is short", async () => {
    // The clock counts looks: a span of steps and the measures around it take a few milliseconds.
    const result = await train({ budget: "0.5s" });
    const { planning } = await manifestOf(result);
    expect(planning?.budget?.epochs).toBe(1); // 0.9 * 500 ms less 300 ms for the test, less what was spent
    expect(await configOf(result)).toMatchObject({ epochs: 1, lawn: { freeEpochs: 0.333 } }); // a third of one
    expect(result.json.metrics).toBeDefined();
  });

  it("is the same run by the same command, whatever would be measured now", async () => {
    const again = await train({ budget: "3600s" }, { elapsed: clock(500) });
    expect(logged.join("\n")).toContain("this run is finished");
    expect(again.json.status).toBe("done");
    expect((await train({ budget: "60m", seed: "2" })).json.run).not.toBe(again.json.run);
  });

  it("goes on with the recorded plan, by the same command or by its config.json", async () => {
    const signal = AbortSignal.abort();
    const whole = await train({ budget: "1h", run: "whole" });
    for (const run of ["stopped", "by-config"]) {
      const stopped = await train({ budget: "1h", run }, { signal });
      expect([stopped.exitCode, stopped.json.status]).toEqual([130, "interrupted"]);
      await expect(train({ budget: "1h", run })).rejects.toThrow(/unfinished.*--resume goes on/s);
      await expect(train({ budget: "2h", run, resume: true })).rejects.toThrow(/budget: "3600s" there, "7200s" here/);
    }
    const { planning } = (await readManifest(temporary("models/board/stopped")))!;
    const resumed = await train({ budget: "1h", run: "stopped", resume: true }, { elapsed: clock(500) });
    expect((await manifestOf(resumed)).planning).toEqual(planning);
    expect(logged.join("\n")).not.toContain("budget of");
    expect(await bitsOf(resumed)).toBe(await bitsOf(whole));

    const config = await readJson(temporary("models/board/by-config/config.json"));
    const layer = { source: "config.json", values: config };
    const byConfig = await train({ run: "by-config", resume: true }, { layer });
    expect(await bitsOf(byConfig)).toBe(await bitsOf(whole));
  });

  it("holds what was given as a flag", async () => {
    const held = await train({ budget: "1h", "batch-size": "32", "lawn-free-epochs": "1" });
    expect((await manifestOf(held)).planning?.request.hold).toEqual(["batchSize", "lawn.freeEpochs"]);
    expect(await configOf(held)).toMatchObject({ batchSize: 32, lawn: { freeEpochs: 1 } });
  });

  it("refuses a hold without anything to plan, and one that is no such setting", async () => {
    await expect(train({ hold: "batchSize" })).rejects.toThrow(/--hold is .*give --budget or --tune/);
    await expect(train({ hold: "batch-size", budget: "1h" })).rejects.toThrow(/expected .*one of batchSize/);
  });
});

describe("a run whose settings are searched", () => {
  it("trains the best trial, which is not below the settings as they were, to the same bits", async () => {
    const result = await train({ tune: "6" });
    const { planning, outcome, files } = await manifestOf(result);
    const { trials, chosen, rungs } = planning!.tuning!;
    expect(rungs).toEqual([2, 6]); // one cut of 6 trials at eta 3, at 6 / 3 epochs
    expect(trials.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(trials[0]!.point).toEqual({});
    expect(new Set(trials.map(({ point }) => JSON.stringify(point))).size).toBe(6);
    const best = trials[chosen]!.values.at(-1)!;
    expect(best).toBeGreaterThanOrEqual(trials[0]!.values.at(-1)!);
    const validation = result.json.validation as Record<string, number>;
    expect([validation["NDCG@3"], outcome?.epochsTrained]).toEqual([best, 6]);

    const trialFiles = await readdir(path.join(String(result.json.run), "tuning/trials"));
    expect(trialFiles).toHaveLength(6 + trials.filter(({ values: reached }) => reached.length === 2).length);
    expect(trialFiles.every((name) => name.endsWith(".json"))).toBe(true); // no snapshot is left
    expect(Object.keys(files).filter((name) => name.startsWith("tuning/"))).toHaveLength(trialFiles.length);
    await verifyRun(String(result.json.run), await manifestOf(result));

    const plain = await train({}, { layer: { source: "config.json", values: await configOf(result) } });
    expect(await bitsOf(plain)).toBe(await bitsOf(result));
  });

  it("goes on by the same command when it was stopped, and comes to the same", async () => {
    const whole = await train({ tune: "6", run: "tuned" });
    const folder = temporary("models/board/tuned-late");
    const stop = new AbortController();
    let looks = 0;
    const elapsed = clock();
    const stopping = () => {
      if (++looks === 120) stop.abort(); // in the midst of the trials
      return elapsed();
    };
    const stopped = await train({ tune: "6", run: "tuned-late" }, { signal: stop.signal, elapsed: stopping });
    expect([stopped.exitCode, stopped.json.reason]).toEqual([130, "interrupted while settings were tried"]);
    expect(stopped.text).toContain(`lawn-ranker train --config ${folder}/config.json --run ${folder} --resume`);
    expect(await readJson(`${folder}/config.json`)).toMatchObject({ tune: 6, hold: [] });
    const there = await readdir(`${folder}/tuning/trials`);
    expect(there.length).toBeGreaterThan(0);
    await rm(`${folder}/tuning/trials/t000.resume.safetensors`); // without it trial 0 begins anew, to the same bits

    const layer = { source: "config.json", values: await readJson(`${folder}/config.json`) };
    const late = await train({ run: "tuned-late" }, { layer });
    const counted = async (result: StageResult) =>
      (await manifestOf(result)).planning?.tuning?.trials.map(({ seconds: _, ...trial }) => trial);
    expect(await counted(late)).toEqual(await counted(whole));
    expect(await bitsOf(late)).toBe(await bitsOf(whole));
    expect(existsSync(`${folder}/resume.safetensors`)).toBe(false);
  });

  it("leaves held settings as they are in every trial", async () => {
    const result = await train({ tune: "3", "batch-size": "64", "learning-rate": "0.02" });
    const { planning } = await manifestOf(result);
    const names = Object.keys(planning!.tuning!.trials[1]!.point);
    expect(names).toEqual(["initialize.embedding", "lawn.freeEpochs", "negatives", "width"]);
    expect(await configOf(result)).toMatchObject({ batchSize: 64, optimizer: { learningRate: 0.02 } });
  });

  it("searches within a budget, and not where it leaves no time", async () => {
    const both = await train({ tune: "3", budget: "1h" });
    expect((await manifestOf(both)).planning).toMatchObject({ budget: { trials: 3, epochs: 6 }, tuning: { eta: 3 } });
    const short = await train({ tune: "3", budget: "0.6s" });
    expect((await manifestOf(short)).planning).toMatchObject({ budget: { trials: 0 }, tuning: null });
    expect(logged.join("\n")).toContain("trials none of 3: the budget leaves no time for a search");
  });

  it("refuses to search where everything is held, among too few, and where nothing could choose", async () => {
    const hold = "batchSize,negatives,optimizer.learningRate,lawn.freeEpochs,initialize.embedding,ranker.dot";
    await expect(train({ tune: "3", hold })).rejects.toThrow(/nothing is left to search/);
    await expect(train({ tune: "1" })).rejects.toThrow("--tune is 1, expected a whole number of at least 2");
    const board = checkerboardDataset(20, 24);
    const nobody = sampleCandidates({
      ...{ split: "validation", evaluated: interactionsOf([], { users: 20, items: 24 }), count: 12, seed: 1 },
      seen: groupItemsByUser(board.train),
    });
    await writeDatasetFolder(temporary("data/unvalidated"), { ...board, candidatesValidation: nobody });
    await expect(train({ tune: "3", dataset: "unvalidated" })).rejects.toThrow(
      "--tune: dataset unvalidated has no validation items, so nothing could choose settings",
    );
  });
});

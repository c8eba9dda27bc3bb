import { copyFile, cp, readdir, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { loadRun } from "../../../pipelines/runs/stored-run.ts";
import type { StageContext, StageResult } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { ConfigError, DataError, EngineError } from "../../../src/errors.ts";
import { DivergenceError } from "../../../src/training/divergence.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
beforeAll(async () => {
  await writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24));
  await writeDatasetFolder(temporary("data/other"), checkerboardDataset(20, 28));
});

let logged: string[] = [];
const contextWith = (change: Partial<StageContext> = {}): StageContext => ({
  now: () => 1_700_000_000_000,
  elapsed: () => performance.now(),
  peakMemoryBytes: () => 1e6,
  freeMemoryBytes: () => Number.POSITIVE_INFINITY,
  log: (line) => void logged.push(line),
  report: () => {},
  terminal: null,
  processId: 4242,
  place: "here",
  token: "this",
  isProcessAlive: () => false,
  signal: new AbortController().signal,
  recommendations: ["recipe.json"],
  choices: [],
  givenAsFlags: [],
  environment: { packageVersion: "9.9.9", node: "v20", platform: "test", gitCommit: null, variables: {} },
  ...change,
});

async function train(flags: Record<string, string | boolean>, context = contextWith()): Promise<StageResult> {
  logged = [];
  const given = {
    ...{ dataset: "board", "data-root": temporary("data"), "models-root": temporary("models"), engine: "reference" },
    ...{
      model: "mf",
      dot: "4",
      epochs: "6",
      "batch-size": "64",
      k: "3",
      baselines: "none",
      "validation-metric": "NDCG@3",
      // a schedule in the tests is an expression, which gives the rate itself
      ...(flags.schedule === undefined ? { "learning-rate": "0.05" } : {}),
    },
    ...flags,
  };
  return trainStage.run(parseConfig({ schema: trainSchema, layers: [], flags: given }), context);
}
const inRun = (run: string, file = ".") => temporary(path.join("models/board", run, file));

describe("train", () => {
  it("learns the colours of a checkerboard and leaves a complete, verifiable run", async () => {
    const result = await train({ run: "first" });
    // Every user likes all items of one colour, so a ranker that has learnt it puts the
    // held-out item before all others.
    expect(result.json).toMatchObject({ stage: "train", status: "done", run: inRun("first"), split: "test" });
    expect(result.json.metrics).toMatchObject({ "HR@3": 1, "NDCG@3": 1 });
    expect((await readdir(inRun("first"))).sort()).toEqual([
      "checkpoint.safetensors",
      "config.json",
      "dataset",
      "manifest.json",
      "metrics.json",
      "per-user-test.arrow",
      "training.jsonl",
    ]);
    const run = await loadRun(inRun("first"));
    expect(run.manifest).toMatchObject({
      status: "done",
      startedAt: "2023-11-14T22:13:20.000Z", // 1.7e9 seconds after the epoch
      recommendations: ["recipe.json"],
      resumptions: 0,
      outcome: { refit: false },
    });
    expect(Object.keys(run.manifest.files)).toHaveLength(8);
    expect(run.spec).toMatchObject({ users: 20, items: 24, dot: 4, idBiases: true });
    expect(run.config).toMatchObject({ engine: "reference", ranker: { dot: 4, tower: [] } });
    expect(await readlink(temporary("models/board/latest"))).toBe("first");
  });

  it("is finished also where latest cannot be moved, which is a warning", async () => {
    await rm(temporary("models/board/latest"));
    await cp(inRun("first"), temporary("models/board/latest"), { recursive: true }); // as a copy without links makes it
    const { json } = await train({ run: "second", epochs: "1" });
    expect(json.status).toBe("done");
    expect(logged.join("\n")).toMatch(/warning: the run is finished, but is not the latest: .*expected a link/);
    expect((await loadRun(inRun("second"))).manifest.status).toBe("done");
    expect((await train({ run: "second", epochs: "1", resume: true })).json.status).toBe("done");
    expect((await readdir(inRun("second"))).filter((name) => /resume|lock|partial|work/.test(name))).toEqual([]);
    await rm(temporary("models/board/latest"), { recursive: true });
  });

  it("goes on behind each of the last steps where it was cut off there", async () => {
    const whole = await train({ run: "cut", epochs: "2" });
    const manifest = JSON.parse(await readFile(inRun("cut", "manifest.json"), "utf8"));
    const files = await readdir(inRun("cut"));
    // Cut off before the manifest said done: everything else is there, and --resume trains the rest again.
    const { finishedAt: _, seal: __, ...unfinished } = { ...manifest, status: "running", outcome: null, files: {} };
    await writeFile(inRun("cut", "manifest.json"), JSON.stringify(unfinished));
    expect((await train({ run: "cut", epochs: "2", resume: true })).json.metrics).toEqual(whole.json.metrics);
    // Before the resume file was removed, and before latest was moved: the same command does both.
    await writeFile(inRun("cut", "resume.safetensors"), "whatever it holds");
    await rm(temporary("models/board/latest"));
    expect((await train({ run: "cut", epochs: "2", resume: true })).json.metrics).toEqual(whole.json.metrics);
    expect(logged.join("\n")).toContain("this run is finished");
    expect((await readdir(inRun("cut"))).sort()).toEqual(files.sort());
    expect(await readlink(temporary("models/board/latest"))).toBe("cut");
  });

  it("refuses a finished run of which a file was changed or lost, and trains it anew by --force", async () => {
    await train({ run: "touched", epochs: "1" });
    const config = await readFile(inRun("touched", "config.json"), "utf8");
    await writeFile(inRun("touched", "config.json"), config.replace('"epochs": 1', '"epochs": 2'));
    const reason = /config\.json: not as manifest\.json says .*train anew with --force/;
    await expect(train({ run: "touched", epochs: "1" })).rejects.toThrow(reason);
    await expect(loadRun(inRun("touched"))).rejects.toThrow(reason);
    await writeFile(inRun("touched", "config.json"), config);
    await truncate(inRun("touched", "checkpoint.safetensors"), 100);
    await expect(train({ run: "touched", epochs: "1" })).rejects.toThrow(
      /checkpoint\.safetensors: not as manifest\.json/,
    );
    expect((await train({ run: "touched", epochs: "1", force: true })).json).toMatchObject({ status: "done" });
    expect((await loadRun(inRun("touched"))).directory).toBe(inRun("touched"));
  });

  it("leaves a finished run alone, and trains it anew by --force to the same bits", async () => {
    await train({ run: "again" });
    const before = await readFile(inRun("again", "checkpoint.safetensors"));
    const same = await train({ run: "again" });
    expect(logged.join("\n")).toContain("this run is finished");
    expect(same.json).toMatchObject({ status: "done", metrics: { "HR@3": 1 } });
    await train({ run: "again", force: true });
    expect(await readFile(inRun("again", "checkpoint.safetensors"))).toEqual(before);
  });

  it("names a run by its settings", async () => {
    const { json } = await train({ epochs: "1" });
    expect(path.basename(String(json.run))).toMatch(/^mf-lawn-adam-b64-s1-[0-9a-f]{8}$/);
  });

  it("refuses to go on under other settings or data, naming each difference, and to mix runs", async () => {
    await train({ run: "mine" });
    const failure: unknown = await train({ run: "mine", epochs: "7", seed: "2", resume: true }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toContain("epochs: 6 there, 7 here");
    expect(String(failure)).toContain("seed: 1 there, 2 here");
    await expect(train({ run: inRun("mine"), dataset: "other" })).rejects.toThrow(
      /dataset: "board" there, "other" here[\s\S]*content/,
    );
    await expect(train({ run: "nowhere", resume: true })).rejects.toThrow(/there is no run in/);
    await expect(train({ run: "latest" })).rejects.toThrow(/--run is "latest"/);
  });

  it("refits on train and validation for the epochs that validation chose", async () => {
    const { json } = await train({ run: "refit", refit: true });
    const { manifest, parameters } = await loadRun(inRun("refit"));
    expect(manifest.outcome).toMatchObject({ refit: true, epoch: json.epoch });
    const lines = (await readFile(inRun("refit", "training.jsonl"), "utf8")).trim().split("\n");
    const passes = lines.map((line) => JSON.parse(line) as { pass: string; step: number });
    expect(passes.filter(({ pass }) => pass === "refit")).toHaveLength(Number(json.epoch));
    // 20 users with 10 train items, 5 samples each: 1,000 in 16 steps of 64; with validation 1,100 in 18.
    expect(passes[0]!.step).toBe(16);
    expect(passes.find(({ pass }) => pass === "refit")!.step).toBe(18);
    expect(parameters).not.toEqual((await loadRun(inRun("first"))).parameters);
  });

  it("is kept from a run directory in which another process works", async () => {
    await train({ run: "busy", epochs: "1" });
    await writeFile(inRun("busy", "lock"), "77 this-machine here another-1\n");
    const alive = contextWith({ isProcessAlive: (id) => id === 77 });
    await expect(train({ run: "busy", epochs: "1", force: true }, alive)).rejects.toThrow(
      /process 77 on .* is at work here/,
    );
    const { json } = await train({ run: "busy", epochs: "1", force: true }); // 77 is dead: the lock is stale
    expect(json.status).toBe("done");
    expect(await readdir(inRun("busy"))).not.toContain("lock");
  });

  it("says that a diverged run failed, and where", async () => {
    const flags = { run: "diverged", optimizer: "sgd", "learning-rate": "1e39" };
    const failure: unknown = await train(flags).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect(String(failure)).toMatch(/training stopped\. Try a lower --learning-rate.*; there is no checkpoint yet$/);
    const manifest: unknown = JSON.parse(await readFile(inRun("diverged", "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ status: "failed", reason: expect.stringContaining("step") });
    await expect(loadRun(inRun("diverged"))).rejects.toThrow(/the run failed/);
    await expect(train(flags)).rejects.toThrow(/unfinished .*--resume goes on with it, --force begins anew/);
  });

  it("says of a run that diverged later that its last checkpoint is kept", async () => {
    // 16 steps an epoch: the first epoch is checkpointed, the second one leaps.
    const failure = train({ run: "leapt", optimizer: "sgd", schedule: "0.1 + 1e39 * max(0, epoch - 1)" });
    await expect(failure).rejects.toThrow(/\(epoch 2\).*; the last checkpoint is kept$/);
    expect(await readdir(inRun("leapt"))).toContain("resume.safetensors");
  });

  it("refuses what it cannot do before it writes anything", async () => {
    await expect(train({ run: "no", dataset: "missing" })).rejects.toThrow(DataError);
    await expect(train({ run: "no", threads: "3" })).rejects.toThrow(EngineError);
    await expect(train({ run: "no", engine: "cuda" })).rejects.toThrow(
      /--engine is "cuda", expected one of auto, reference, native/,
    );
    await expect(train({ run: "no", dot: "0" })).rejects.toThrow(/ranker has no path/);
    await expect(train({ run: "no", k: "200" })).rejects.toThrow(/no user ranks more than/);
    await expect(train({ run: "no", schedule: "0.1 * speed" })).rejects.toThrow(/"speed" at character/);
    await expect(train({ run: "no", "lawn-scope": "head" })).rejects.toThrow(/lawn\.scope is head, which holds no/);
    expect(await readdir(temporary("models/board"))).not.toContain("no");
  });

  it("warns once at the end where LAWN never acted", async () => {
    const warnings = () => logged.filter((line) => line.includes("LAWN never acted"));
    await train({ run: "late", epochs: "2", "lawn-free-steps": "1000" });
    // 16 steps an epoch, so 32 in all.
    expect(warnings()).toEqual([expect.stringContaining("(--lawn-free-steps 1000) was not over after the 32 steps")]);
    await train({ run: "held", epochs: "2", "lawn-free-steps": "3" });
    expect(warnings()).toEqual([]);
  });

  it("warns of settings that are seldom meant", async () => {
    await train({ run: "odd", epochs: "2", "lawn-free-epochs": "0", "batch-size": "100000" });
    expect(logged.join("\n")).toContain("LAWN constrains from the first step");
    expect(logged.join("\n")).toContain("a batch of 100000 is more than the 1000 samples of an epoch");
  });
});

describe("a run's files", () => {
  it("are refused when the checkpoint is cut, swapped or missing", async () => {
    await train({ run: "damaged", epochs: "1" });
    const file = inRun("damaged", "checkpoint.safetensors");
    await copyFile(inRun("first", "checkpoint.safetensors"), file);
    await expect(loadRun(inRun("damaged"))).rejects.toThrow(/its sha256 is .* was changed after training/);
    await truncate(file, 300);
    await expect(loadRun(inRun("damaged"))).rejects.toThrow(DataError);
    await expect(loadRun(temporary("nothing"))).rejects.toThrow(/it is not a run/);
  });
});

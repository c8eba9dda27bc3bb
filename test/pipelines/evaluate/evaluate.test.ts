/** The stage on a dataset folder: what it prints, what it writes and what it refuses. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { readMetrics } from "../../../pipelines/runs/metrics-file.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { smallDataset, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "evaluate-"));
  await writeDatasetFolder(path.join(folder, "small"), smallDataset());
});
afterEach(() => rmSync(folder, { recursive: true }));

const evaluate = async (flags: Record<string, string | boolean>) => {
  const config = parseConfig({ schema: evaluateSchema, layers: [], flags: { "data-root": folder, ...flags } });
  return evaluateStage.run(config, silentContext);
};

describe("evaluating a baseline", () => {
  const popularity = { baseline: "popularity", dataset: "small", k: "1,3" };

  it("reports the metrics with their protocol, and writes nothing", async () => {
    const { json, text } = await evaluate(popularity);
    // User 0: item 1 (count 2) before 3, 4, 5 (none): 1st. Users 1 and 2: item 4 (none) behind 2
    // and the tied 3 and 5: 4th.
    expect(json).toMatchObject({
      stage: "evaluate",
      baseline: "popularity",
      dataset: { name: "small" },
      protocol: "leave-last-out, 1+3 candidates by hand, ties against",
      split: "test",
      users: 3,
      tieRate: 2 / 3,
    });
    expect(json.metrics).toMatchObject({ "HR@1": 1 / 3, "HR@3": 1 / 3, MRR: (1 + 1 / 4 + 1 / 4) / 3 });
    expect(text).toContain("popularity on small, test: leave-last-out, 1+3 candidates by hand, ties against");
    expect(text).toMatch(/HR@1 +0\.3333/);
    expect(json).not.toHaveProperty("directory");
  });

  it("writes metrics.json and a row per user where it is told to", async () => {
    const output = path.join(folder, "new", "popularity");
    const { json } = await evaluate({ ...popularity, output });
    const written = JSON.parse(readFileSync(path.join(output, "metrics.json"), "utf8"));
    const { protocol, metrics, auc, beyondAccuracy, deciles, coldness } = json;
    expect(written).toEqual({
      protocol,
      split: "test",
      users: 3,
      tieRate: 2 / 3,
      metrics,
      auc,
      beyondAccuracy,
      deciles,
      coldness,
    });
    expect(await readMetrics(output)).toEqual(written);
    expect(beyondAccuracy).toMatchObject({ k: 1, users: 3, lists: "the catalogue without train and validation items" });
    const columns = await readColumns(path.join(output, "per-user-test.arrow"));
    expect([...columns.uint32("user")]).toEqual([0, 1, 2]);
    expect([...columns.uint32("rank")]).toEqual([1, 4, 4]);
    expect([...columns.uint32("optimisticRank")]).toEqual([1, 2, 2]);
    expect([...columns.float32("expectedRank")]).toEqual([1, 3, 3]);
    expect([...columns.float32("HR@1")]).toEqual([1, 0, 0]);
    expect(existsSync(path.join(output, "metrics.json.partial"))).toBe(false);
  });

  it("tells what was never or seldom seen by training from the rest", async () => {
    const { json, text } = await evaluate({ ...popularity });
    // Item 4 is of no row, and is never hit; item 1 is of two, and is.
    const items = [
      { seen: "never", cases: 2, HR: 0, NDCG: 0 },
      { seen: "seldom", cases: 1, HR: 1, NDCG: 1 },
    ];
    expect(json.coldness).toMatchObject({ k: 1, items });
    expect(text).toMatch(
      /seen the held-out item .*\n {2}never +2 cases, HR@1 0\.0000, NDCG@1 0\.0000\n {2}seldom +1 cases, HR@1 1/,
    );
  });

  it("leaves the measures beyond accuracy out when told to", async () => {
    const { json, text } = await evaluate({ ...popularity, "beyond-accuracy": false });
    expect(Object.keys(json)).not.toContain("beyondAccuracy");
    expect(text).not.toContain("coverage");
  });

  it("shows the same scores under other protocols when asked", async () => {
    const output = path.join(folder, "checked");
    const { json, text } = await evaluate({ ...popularity, "protocol-check": true, output });
    const check = JSON.parse(readFileSync(path.join(output, "protocol-check.json"), "utf8"));
    expect(json.protocolCheck).toEqual(check);
    expect(check).toMatchObject({ split: "test", k: 1, seed: 11, leakage: null });
    expect(check.rows).toHaveLength(24);
    // As the evaluation of the full catalogue below: user 0 alone has the item first, and two lose it to a tie.
    expect(check.rows).toContainEqual({
      candidates: "full catalogue",
      testItem: "removed",
      ties: "against",
      HR: 1 / 3,
      NDCG: 1 / 3,
      negatives: 7 / 3,
    });
    expect(text).toMatch(/full catalogue +removed +2\.3 +0\.3333 +0\.6667 +0\.4444/);
    expect(text).toContain("leakage: the dataset has no times");
  });

  it("ranks validation items, and the full catalogue, when asked", async () => {
    const validation = await evaluate({ ...popularity, split: "validation", k: "1" });
    expect(validation.json).toMatchObject({ split: "validation", users: 2 });
    const full = await evaluate({ ...popularity, candidates: "full" });
    // User 0, item 1 (2): 4 and 5 behind. User 1, item 4: 3 and 5 tie. User 2, item 4: 2 before, 3 and 5 tie.
    expect(full.json.metrics).toMatchObject({ MRR: (1 + 1 / 3 + 1 / 4) / 3 });
  });

  it("draws random scores from the dataset's seed unless told otherwise", async () => {
    const random = { baseline: "random", dataset: "small", k: "1" };
    const first = await evaluate(random);
    expect(await evaluate({ ...random, seed: "11" })).toEqual(first);
    const others = await Promise.all(["1", "2", "3", "4"].map((seed) => evaluate({ ...random, seed })));
    expect(others.some(({ json }) => JSON.stringify(json) !== JSON.stringify(first.json))).toBe(true);
  });
});

describe("what evaluate refuses", () => {
  it("settings that contradict each other or would be ignored, all at once", async () => {
    await expect(evaluate({})).rejects.toThrow("nothing to evaluate; give --run RUN, or --dataset NAME");
    await expect(evaluate({ baseline: "random" })).rejects.toThrow("--baseline random needs --dataset NAME");
    const wrong = evaluate({ baseline: "popularity", dataset: "small", run: "x", engine: "reference", seed: "1" });
    await expect(wrong).rejects.toThrow(
      /--run.*in place of a run.*--seed.*only the baselines random.*--engine.*popularity needs no engine/s,
    );
    await expect(evaluate({ baseline: "popularity", dataset: "small", k: "0" })).rejects.toThrow(ConfigError);
  });

  it("a k that takes in every candidate", async () => {
    await expect(evaluate({ baseline: "random", dataset: "small", k: "1,4" })).rejects.toThrow("k is 4");
  });

  it("a dataset and a run that are not there, naming where it looked", async () => {
    await expect(evaluate({ baseline: "random", dataset: "lost" })).rejects.toThrow(DataError);
    const models = { "models-root": path.join(folder, "models") };
    await expect(evaluate({ ...models, dataset: "small" })).rejects.toThrow("train one: lawn-ranker train");
    await expect(evaluate({ ...models, run: "lost" })).rejects.toThrow("give its folder, or the --models-root");
    await expect(evaluate({ ...models, run: "lost", dataset: "small" })).rejects.toThrow(
      path.join("models", "small", "lost"),
    );
  });
});

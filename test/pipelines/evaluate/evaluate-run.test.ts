/** A run asked again: the same answers to the same questions, others to others, and its own record left as it was. */
import { readdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { z } from "zod";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import type { Stage } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { fullCatalogueCandidates } from "../../../src/dataset/evaluation-candidates.ts";
import { DataError } from "../../../src/errors.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const call = async <Schema extends z.ZodType>(stage: Stage<Schema>, given: Record<string, string>) => {
  const roots = { "data-root": temporary("data"), "models-root": temporary("models"), engine: "reference", k: "1,3" };
  return stage.run(parseConfig({ schema: stage.schema, layers: [], flags: { ...roots, ...given } }), silentContext);
};
const evaluate = (given: Record<string, string>) => call(evaluateStage, { dataset: "board", ...given });
const inRun = (file: string) => temporary(path.join("models/board/once", file));

let trained: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  await writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24));
  await writeDatasetFolder(temporary("data/other"), checkerboardDataset(20, 28));
  // Too few epochs to learn it all: metrics below 1 tell parameters apart.
  const settings = { model: "mf", dot: "2", epochs: "3", "batch-size": "64", "learning-rate": "0.01" };
  trained = (
    await call(trainStage, {
      dataset: "board",
      run: "once",
      "validation-metric": "NDCG@3",
      baselines: "none",
      ...settings,
    })
  ).json;
});

describe("training", () => {
  it("names --validation-metric where its cut is at fault, and --k where that is", async () => {
    const settings = { dataset: "board", model: "mf", dot: "2", epochs: "1", "batch-size": "64", candidates: "full" };
    const cut = { ...settings, run: "cut", k: "1", "validation-metric": "NDCG@40" };
    await expect(call(trainStage, cut)).rejects.toThrow(/^--validation-metric NDCG@40: k is 40, but no user ranks/);
    const asked = { ...settings, run: "asked", k: "1,40", "validation-metric": "NDCG@1" };
    await expect(call(trainStage, asked)).rejects.toThrow(/^k is 40, but no user ranks/);
  });
});

describe("evaluating a run", () => {
  it("gives what training reported, on test and, of the chosen epoch, on validation", async () => {
    const test = await evaluate({ run: "once" });
    expect(test.json).toMatchObject({ metrics: trained.metrics, protocol: trained.protocol, epoch: trained.epoch });
    const { json } = await evaluate({ run: "once", split: "validation" });
    expect({ metrics: json.metrics }).toMatchObject({ metrics: trained.validation });
    expect(json.metrics).not.toEqual(trained.metrics);
    expect(json.validation).toEqual(trained.validation);
  });

  it("takes the dataset's latest run where none is named, and says which it was", async () => {
    expect((await evaluate({})).json).toMatchObject({ run: inRun("."), metrics: trained.metrics });
  });

  it("writes beside the run's record, a folder for each protocol, and leaves the record alone", async () => {
    const before = await readFile(inRun("metrics.json"));
    await evaluate({ run: "once", candidates: "full" });
    await evaluate({ run: "once", candidates: "full", split: "validation" });
    expect(await readFile(inRun("metrics.json"))).toEqual(before);
    expect(await readdir(inRun("evaluations"))).toEqual(expect.arrayContaining(["test-full", "validation-full"]));
    const perUser = await readColumns(inRun("evaluations/test-full/per-user-test.arrow"));
    expect(perUser.uint32("user")).toHaveLength(20);
  });

  it("asks some users alone where told to, in a folder and under a protocol that say so", async () => {
    const { json } = await evaluate({ run: "once", candidates: "full", "users-sample": "7", "protocol-check": "true" });
    expect(json).toMatchObject({ users: 7, usersSample: { users: 7, of: 20 }, beyondAccuracy: { users: 7 } });
    expect(json.protocol).toMatch(/, 7 of 20 users \(seed \d+\)$/);
    expect(await readdir(inRun("evaluations"))).toContain("test-full-7-users");
  });

  it("takes the catalogue without being told, of a dataset that was ingested without candidates", async () => {
    const board = checkerboardDataset(20, 24);
    await writeDatasetFolder(temporary("data/bare"), {
      ...board,
      candidatesValidation: fullCatalogueCandidates("validation", board.validation),
      candidatesTest: fullCatalogueCandidates("test", board.test),
    });
    const { json } = await call(trainStage, { dataset: "bare", run: "plain", model: "mf", dot: "2", epochs: "1" });
    expect(json.protocol).toMatch(/full catalogue/);
    expect(JSON.parse(await readFile(temporary("models/bare/plain/config.json"), "utf8")).candidates).toBe("full");
    const again = await call(evaluateStage, { dataset: "bare", run: "plain" });
    expect(again.json).toMatchObject({ metrics: json.metrics, protocol: json.protocol });
    expect(await readdir(temporary("models/bare/plain/evaluations"))).toEqual(["test-full"]);
  });

  it("refuses to write over the record of a run or a dataset", async () => {
    const before = await readFile(inRun("metrics.json"));
    for (const output of [inRun("."), temporary("data/board")]) {
      await expect(evaluate({ run: "once", k: "2", output })).rejects.toThrow(
        /^--output is .*, which holds (manifest|dataset)\.json/,
      );
    }
    expect(await readFile(inRun("metrics.json"))).toEqual(before);
    const baseline = { dataset: "board", "data-root": temporary("data"), baseline: "popularity", output: inRun(".") };
    await expect(
      evaluateStage.run(parseConfig({ schema: evaluateStage.schema, layers: [], flags: baseline }), silentContext),
    ).rejects.toThrow(/choose another folder, such as .*once.evaluations.again$/);
    await evaluate({ run: "once", output: inRun("evaluations/again") });
  });

  it("refuses data that the run was not trained on, where it has kept no ids", async () => {
    await rename(inRun("dataset"), inRun("dataset-away"));
    await expect(evaluate({ run: inRun("."), dataset: "other" })).rejects.toThrow(DataError);
    await expect(evaluate({ run: inRun("."), dataset: "other" })).rejects.toThrow(/trained on dataset checkerboard of/);
    await rename(inRun("dataset-away"), inRun("dataset"));
  });
});

/** A dataset whose users are held out, from ingest to figures: nobody is trained on them, all fold them in. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { load } from "../../../library/serve.ts";
import { readyBaseline } from "../../../pipelines/baselines/ready-baseline.ts";
import { hasProfiles, heldOutPeople, rowsOfRefit, trainedUsers } from "../../../pipelines/dataset/held-out-users.ts";
import { seenItems } from "../../../pipelines/dataset/seen-items.ts";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { type EvaluateResult, evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { exportStage } from "../../../pipelines/export/export.ts";
import { foldPeopleInto, openFoldInOfRun } from "../../../pipelines/fold-in/fold-in-of-run.ts";
import { scorerOfBaseline } from "../../../pipelines/measures/held-out-scorers.ts";
import { loadRun } from "../../../pipelines/runs/stored-run.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import type { Stage } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { matrixMemory } from "../../../src/baselines/matrix-memory.ts";
import { countsOf } from "../../../src/dataset/popularity-draws.ts";
import { openReferenceScoring } from "../../../src/engine/reference/reference-scoring.ts";
import { evaluateRanker } from "../../../src/evaluation/evaluate-ranker.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { runStage } from "../../support/stages/shop-days.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const folder = new IngestFolder();
const models = path.join(folder.path, "models");
const dataset = () => loadDataset(path.join(folder.dataRoot, "t"));

/** 40 users of two tastes: each takes 8 of the 12 items of its colour. */
const log = Array.from({ length: 40 }, (_, user) =>
  Array.from(
    { length: 8 },
    (_unused, k) => `${1000 + user},item-${2 * ((3 * user + 5 * k) % 12) + (user % 2)},${10 * user + k}`,
  ),
).flat();

const run = (stage: Stage, flags: Record<string, string | boolean>) =>
  runStage(stage, { "data-root": folder.dataRoot, "models-root": models, ...flags });
const settings = { dataset: "t", model: "mf", epochs: "3", k: "5", engine: "reference", "validation-metric": "NDCG@5" };

beforeAll(async () => {
  const raw = folder.write("log.csv", ["user,item,time", ...log].join("\n"));
  await folder.ingest({ raw, split: "users", "held-out-users": "0.2", "held-out-rows": "0.25", candidates: "full" });
  await run(trainStage, { ...settings, run: "mf", baselines: "fast" });
  await run(trainStage, { ...settings, run: "all", baselines: "none", refit: "all" });
});
afterAll(() => folder.remove());

describe("a dataset whose users are held out", () => {
  it("has their rows in no train, their profiles in a file of the content hash, and says so", async () => {
    const { train, validation, test, profiles, description } = await dataset();
    const trained = new Set(train.userColumn);
    for (const part of [validation, test, profiles]) {
      expect([...part.userColumn].filter((user) => trained.has(user))).toEqual([]);
    }
    expect([new Set(validation.userColumn).size, new Set(test.userColumn).size]).toEqual([8, 8]);
    expect([test.length, profiles.length, train.length]).toEqual([16, 96, 192]); // 2 and 6 of 8 rows
    expect(trainedUsers(description)).toBe(trained.size);
    expect(description).toMatchObject({ split: { kind: "users" }, profiles: { rows: 96 } });
    expect(folder.description()).toHaveProperty("files");
    expect((await run(verifyStage, { path: path.join(folder.dataRoot, "t") })).text).toContain("are as recorded");
  });

  it("is measured with each held-out user folded in, by the protocol's name", async () => {
    const { json } = await run(evaluateStage, { dataset: "t", run: "mf", k: "5", engine: "reference" });
    const { protocol, metrics, users } = json as EvaluateResult;
    expect([users, protocol]).toEqual([
      8,
      "users held out, their other rows folded in, full catalogue without the items folded in, ties against",
    ]);
    // By hand: fold each test user into a copy of the tables, rank, and take the mean.
    const data = await dataset();
    const loaded = await loadRun(path.join(models, "t/mf"));
    const foldIn = openFoldInOfRun({
      run: loaded,
      ...loaded,
      users: Uint32Array.from(new Set(data.train.userColumn)).sort(),
      items: Uint32Array.from({ length: data.train.items }, (_, item) => item),
      itemCounts: countsOf(data.train.itemColumn, data.train.items),
    });
    const parameters = new Map([...loaded.parameters].map(([name, table]) => [name, table.slice()] as const));
    await foldPeopleInto(foldIn, heldOutPeople(data, data.candidatesTest), parameters, silentContext.signal);
    const session = openReferenceScoring({ spec: loaded.spec, parameters });
    const { spec } = loaded;
    const items = Uint32Array.from({ length: spec.items }, (_, item) => item);
    const scorer = {
      users: spec.users,
      items: spec.items,
      pairs: (u: Uint32Array, i: Uint32Array) => session.pairs(u, i),
      catalogue: async (u: Uint32Array) =>
        session.pairs(
          Uint32Array.from(items, () => u[0]!),
          items,
        ),
    };
    const expected = await evaluateRanker(scorer, data.candidatesTest, {
      ks: [5],
      masked: seenItems(data, ["train", "validation"]),
      scoresPerBlock: 1,
    });
    expect(metrics).toEqual(expected.metrics);
  });

  it("measures baselines on the same users, folded in as they fold in", async () => {
    const data = await dataset();
    const unset = { neighbours: 4, shrinkage: 0, factors: null, regularization: null, unobservedWeight: null };
    const given = { ...unset, iterations: null, seed: null, engine: "reference", threads: null, modelsRoot: models };
    const memory = matrixMemory(() => Number.POSITIVE_INFINITY);
    const asked = { refit: false, ks: [5], candidates: null, usersSample: null, memory };
    const request = { settings: given, ...asked, dataset: data, context: silentContext };
    const baseline = await readyBaseline("item-knn", request);
    const scorer = await scorerOfBaseline(baseline, baseline.kernels, { dataset: data, split: "test" });
    const [user] = data.candidatesTest.users;
    expect(Math.max(...(await scorer.catalogue(Uint32Array.of(user!))))).toBeGreaterThan(0);
    // Its own scorer knows nothing of them.
    expect(Math.max(...(await baseline.scorer.catalogue(Uint32Array.of(user!))))).toBe(0);
    const flags = { dataset: "t", baseline: "item-knn", neighbours: "4", shrinkage: "0", k: "5" };
    const { json } = await run(evaluateStage, flags);
    expect((json as EvaluateResult).metrics["NDCG@5"]).toBeGreaterThan(0.3); // items of one colour are alike
  });

  it("is refitted on the profiles and positives of validation, and on everybody's under all", async () => {
    const data = await dataset();
    expect(hasProfiles(data)).toBe(true);
    const usersOf = (isAll: boolean) => new Set(rowsOfRefit(data, isAll).userColumn);
    expect([rowsOfRefit(data, false).length, usersOf(false).size]).toEqual([192 + 8 * 8, 32]);
    expect([rowsOfRefit(data, true).length, usersOf(true).size]).toEqual([320, 40]);
  });

  it("is measured under lists of cosines too, by its own rule", async () => {
    const shared = { loss: "softmax", "negatives-from": "shared", "negatives-power": "0.5", negatives: "8" };
    const lists = { ...settings, run: "lists", baselines: "none", ...shared, similarity: "cosine" };
    expect((await run(trainStage, lists)).text).toContain("users held out");
    const { json } = await run(evaluateStage, { dataset: "t", run: "lists", k: "5", engine: "reference" });
    expect((json as EvaluateResult).metrics["NDCG@5"]).toBeGreaterThan(0.3); // items of one colour are alike
  });

  it("is refused by exports of rows that nobody trained", async () => {
    await expect(run(exportStage, { dataset: "t", run: "mf", format: "npy" })).rejects.toThrow(
      "train with --refit all",
    );
    await run(exportStage, { dataset: "t", run: "all", format: "npy" });
    const ials = { factors: "2", regularization: "0.1", "unobserved-weight": "0.1", iterations: "1" };
    await expect(run(exportStage, { dataset: "t", baseline: "ials", format: "npy", ...ials })).rejects.toThrow(
      "holds out users, who have no vectors on train",
    );
  });

  it("has held-out users for unknown ones in lists and in a server, unless a refit has learnt from all", async () => {
    const output = path.join(folder.path, "lists.csv");
    await expect(run(scoreStage, { dataset: "t", run: "mf", output, engine: "reference" })).rejects.toThrow(
      "16 of the users to score have no interaction that the run was trained on",
    );
    expect((await run(scoreStage, { dataset: "t", run: "all", output, engine: "reference" })).json).toMatchObject({
      counts: { users: 40 },
    });
    const data = await dataset();
    const ids = await folder.ids("user");
    const heldOut = ids[data.candidatesTest.users[0]!]!;
    const where = { dataset: path.join(folder.dataRoot, "t"), engine: "reference" } as const;
    using mf = await load(path.join(models, "t/mf"), where);
    using all = await load(path.join(models, "t/all"), where);
    expect([mf.hasUser(heldOut), all.hasUser(heldOut)]).toEqual([false, true]);
    await expect(mf.top(heldOut)).rejects.toThrow("was not in the log");
    expect((await all.top(heldOut)).items).toHaveLength(10);
  });
});

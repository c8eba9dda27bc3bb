/** Baselines in the formats that can hold them, read back and scored with by hand. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { tableFromIPC } from "apache-arrow";
import { load } from "../../../library/serve.ts";
import { exportStage } from "../../../pipelines/export/export.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const folder = new IngestFolder();
afterAll(() => folder.remove());
const output = (name: string) => path.join(folder.path, name);
const dataset = path.join(folder.dataRoot, "t");

beforeAll(async () => {
  const log = Array.from({ length: 72 }, (_, row) => {
    const user = Math.floor(row / 6);
    return `${1000 + user},item ${(user * 5 + (row % 6) * 3) % 11},${row}`;
  });
  await folder.ingest({ raw: folder.write("log.csv", ["user,item,time", ...log].join("\n")) });
});

const exportWith = async (flags: Record<string, string>) => {
  const roots = { "data-root": folder.dataRoot, "models-root": path.join(folder.path, "models"), dataset: "t" };
  const config = parseConfig({ schema: exportStage.schema, layers: [], flags: { ...roots, ...flags } });
  return exportStage.run(config, silentContext);
};
const table = (...name: string[]) =>
  tableFromIPC(readFileSync(path.join(...name)))
    .toArray()
    .map((row) => row.toJSON());
const pairs = (name: string) =>
  JSON.parse(readFileSync(path.join(output(name), "check-pairs.json"), "utf8")).pairs as {
    user: number;
    item: number;
    userId: string;
    itemId: string;
    score: number;
  }[];

describe("an exported baseline", () => {
  it("of factors has vectors whose inner products are the scores", async () => {
    const flags = { baseline: "ials", factors: "4", regularization: "0.1", "unobserved-weight": "0.1" };
    const { json } = await exportWith({ ...flags, format: "arrow,npy", output: output("ials") });
    expect(json).toMatchObject({ baseline: { name: "ials" }, vectors: { width: 4 } });
    const [users, items] = ["user", "item"].map((kind) => table(output("ials"), `${kind}-vectors.arrow`));
    for (const { user, item, score } of pairs("ials")) {
      const [left, right] = [[...users![user]!.vector], [...items![item]!.vector]] as [number[], number[]];
      expect(left.reduce((sum, value, k) => sum + value * right[k]!, 0)).toBeCloseTo(score, 5);
    }
  });

  it("of items has the weights whose sums are the scores, and serves the same", async () => {
    const parameters = { neighbours: 3, shrinkage: 1 };
    const flags = { baseline: "item-knn", neighbours: "3", shrinkage: "1" };
    const { json } = await exportWith({ ...flags, format: "arrow", output: output("knn") });
    expect(json).toMatchObject({ itemWeights: { perItem: 3, isWhole: true } });
    const weights = table(output("knn"), "item-weights.arrow");
    const train = table(dataset, "train.arrow");
    const served = await load({ baseline: "item-knn", parameters }, { dataset });
    for (const { user, item, userId, itemId, score } of pairs("knn")) {
      const own = new Set(train.filter((row) => row.user === user).map((row) => row.item));
      const sum = weights
        .filter((row) => row.item === item && own.has(row.neighbour))
        .reduce((total, row) => total + row.weight, 0);
      expect(sum).toBeCloseTo(score, 5);
      expect((await served.scores([{ user: userId, item: itemId }]))[0]).toBe(Math.fround(score));
    }
    const { items, source } = await served.top(1003, { k: 2 });
    expect([items.length, source]).toEqual([2, "ranker"]);
    expect(served).toMatchObject({ run: "item-knn", users: 12, items: 11 });
  });

  it("is up to date when asked again", async () => {
    const flags = { baseline: "popularity", format: "arrow", output: output("popular") };
    await exportWith(flags);
    expect((await exportWith(flags)).text).toContain("up to date");
  });

  it("refuses by name the formats that cannot hold it, and parameters that are missing", async () => {
    await expect(exportWith({ baseline: "ease", format: "npy" })).rejects.toThrow(
      "npy cannot hold the baseline ease; give some of parquet, arrow",
    );
    await expect(exportWith({ baseline: "ials" })).rejects.toThrow("onnx cannot hold the baseline ials");
    await expect(load({ baseline: "ease" }, { dataset })).rejects.toThrow("parameters lack regularization");
    await expect(load({ baseline: "ease" })).rejects.toThrow("give the dataset it is to be fitted to");
  });
});

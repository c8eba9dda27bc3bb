/** The stage report on a run trained here: what it gathers, and what it refuses. */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { z } from "zod";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { chooseCases } from "../../../pipelines/report/example-users.ts";
import { meanCurve } from "../../../pipelines/report/read-study-content.ts";
import { reportStage } from "../../../pipelines/report/report.ts";
import type { Stage } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const call = async <Schema extends z.ZodType>(stage: Stage<Schema>, given: Record<string, string | boolean>) => {
  const roots = { "data-root": temporary("data"), "models-root": temporary("models") };
  return stage.run(parseConfig({ schema: stage.schema, layers: [], flags: { ...roots, ...given } }), silentContext);
};
const report = (given: Record<string, string>) =>
  call(reportStage, { dataset: "board", engine: "reference", resamples: "100", ...given });
const run = () => temporary("models/board/once");

beforeAll(async () => {
  await writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24));
  await writeDatasetFolder(temporary("data/other"), checkerboardDataset(20, 28));
  const settings = { model: "mf", dot: "2", epochs: "3", "batch-size": "64", "learning-rate": "0.01", k: "1,3" };
  const engine = { engine: "reference", "validation-metric": "NDCG@3", baselines: "none" };
  await call(trainStage, { dataset: "board", run: "once", ...engine, ...settings });
});

describe("the report of a trained run", () => {
  it("stands beside the run and holds its figures, baselines, people and settings", async () => {
    const { json } = await report({ run: "once" });
    expect(json).toMatchObject({ stage: "report", file: path.join(run(), "report.html"), absent: [] });
    const html = await readFile(path.join(run(), "report.html"), "utf8");
    const metrics = JSON.parse(await readFile(path.join(run(), "metrics.json"), "utf8"));
    for (const text of [
      metrics.metrics["HR@1"].toFixed(4),
      metrics.protocol,
      "popularity",
      "random",
      "Adaptivity",
      "Reliability",
    ]) {
      expect(html).toContain(text);
    }
    expect(html.match(/class="person"/g)).toHaveLength(10);
    expect(Buffer.byteLength(html)).toBeLessThan(3_000_000);
  });

  it("is the same bytes when it is made again", async () => {
    const before = await readFile(path.join(run(), "report.html"));
    await report({ run: "once" });
    expect(await readFile(path.join(run(), "report.html"))).toEqual(before);
  });

  it("goes where --output says, and shows as many people as asked for", async () => {
    await report({ run: "once", output: temporary("out/page.html"), people: "0" });
    expect(await readFile(temporary("out/page.html"), "utf8")).not.toContain('class="person"');
  });

  it("sets the baselines of --baselines beside it, and refuses those of another protocol", async () => {
    const written = { dataset: "board", baseline: "popularity", k: "1,3" };
    await call(evaluateStage, { ...written, output: temporary("baselines/most-bought") });
    await report({ run: "once", baselines: temporary("baselines/most-bought"), output: temporary("out/page.html") });
    expect(await readFile(temporary("out/page.html"), "utf8")).toContain("most-bought");
    await call(evaluateStage, { ...written, candidates: "full", output: temporary("baselines/full") });
    const refused = report({ run: "once", baselines: temporary("baselines/full") });
    await expect(refused).rejects.toThrow(/evaluate it under the same protocol/);
    await expect(report({ run: "once", baselines: temporary("nowhere") })).rejects.toThrow(/no metrics.json there/);
  });

  it("shows the baselines of the run's own record, fitted again where that took seconds", async () => {
    await cp(run(), temporary("models/board/held"), { recursive: true });
    const estimate = { value: 0.3, low: 0.2, high: 0.4 };
    const figures = { "HR@1": estimate, "NDCG@1": estimate };
    const fitted = (name: string, parameters: Record<string, number>, fitSeconds: number) => ({
      ...{ name, seconds: 1, validation: figures, test: figures, lead: figures },
      choice: { chosenBy: "NDCG@1", parameters, trials: [], fittedOn: ["train"], fitSeconds },
    });
    const record = {
      asked: "fast",
      dataset: { name: "board", contentHash: "0" },
      metric: "NDCG@1",
      interval: { level: 0.95, resamples: 100, seed: 1 },
      protocols: { validation: "", test: "" },
      fitted: [fitted("item-knn", { neighbours: 5, shrinkage: 0 }, 0.1), fitted("ease", { regularization: 1 }, 45)],
      leftOut: [{ name: "ials", reason: "about 90 s" }],
      verdict: null,
    };
    await writeFile(temporary("models/board/held/baselines.json"), JSON.stringify(record));
    const { json } = await report({ run: "held", output: temporary("out/held.html") });
    expect(json.absent).toEqual([expect.stringMatching(/EASE: it takes 45 s to fit/)]);
    const html = await readFile(temporary("out/held.html"), "utf8");
    const front = html.slice(0, html.indexOf("<nav"));
    const cellsOf = (name: string) => front.match(new RegExp(`<th scope="row">${name}</th>.*?</tr>`))![0];
    // A checkerboard: an item's neighbours are those of its colour, so item-KNN finds every one of them.
    expect(cellsOf("item-KNN").match(/100\.0\u00a0%/g)).toHaveLength(2); // among the candidates, and among all items
    expect(cellsOf("EASE")).toContain("30.0\u00a0%");
    expect(cellsOf("EASE")).toContain("–");
    expect(front).toContain("Not fitted beside this run: iALS (about 90 s).");
    await rm(temporary("models/board/held"), { recursive: true });
  });

  it("says what it cannot show without the data it was trained on", async () => {
    const { json } = await call(reportStage, { run: run(), dataset: "other", engine: "reference" });
    expect(json.absent).toEqual([expect.stringMatching(/other holds content .* but the run was trained on/)]);
    const moved = await call(reportStage, { run: run(), "data-root": temporary("nothing"), engine: "reference" });
    expect(moved.json.absent).toEqual([expect.stringMatching(/there is no such dataset folder/)]);
  });

  it("refuses a run whose files are not as its manifest says", async () => {
    await cp(run(), temporary("models/board/changed"), { recursive: true });
    await writeFile(temporary("models/board/changed/metrics.json"), "{}");
    await expect(report({ run: "changed" })).rejects.toThrow(DataError);
    await rm(temporary("models/board/changed"), { recursive: true });
  });
});

describe("the report of a study", () => {
  it("names the folder that holds none", async () => {
    const missing = call(reportStage, { study: temporary("nothing") });
    await expect(missing).rejects.toThrow(ConfigError);
    await expect(missing).rejects.toThrow(/there is no study in .*nothing/);
  });

  it("takes the mean of the curves that reach so far", () => {
    // Epoch 1: (1 + 3) / 2; epoch 2: (2 + 5) / 2; epoch 3: the longer one alone.
    expect(
      meanCurve([
        [1, 2],
        [3, 5, 7],
      ]),
    ).toEqual([2, 3.5, 7]);
    expect(meanCurve([])).toEqual([]);
  });
});

describe("the people of a report", () => {
  it("are one of each group along the users by activity", () => {
    const users = Uint32Array.of(4, 0, 2, 1, 3, 5);
    const counts = Uint32Array.of(10, 20, 30, 40, 50, 60);
    // By activity the users are 0 1 | 2 3 | 4 5: one of each pair.
    const chosen = chooseCases(users, counts, { count: 3, seed: 1 }).map((place) => users[place]!);
    expect(chosen.map((user) => Math.floor(user / 2))).toEqual([0, 1, 2]);
    expect(chooseCases(users, counts, { count: 10, seed: 1 })).toEqual([1, 3, 2, 4, 0, 5]);
  });
});

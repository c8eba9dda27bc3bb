import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { loadStudy, readyStudies } from "../../../pipelines/compare/study-file.ts";
import { cellsOf, finalTrials, tuningTrials } from "../../../src/study/plan-trials.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const asItIs = { dataset: null, model: null, arms: null, batchSizes: null, epochs: null, trials: null, seeds: null };

describe.each(readyStudies())("the ready study %s", (name) => {
  it("bears its file's name, and the stage train accepts every trial of it", async () => {
    const study = await loadStudy(name, asItIs);
    expect(study.name).toBe(name);
    for (const cell of cellsOf(study)) {
      expect(tuningTrials(study, cell)).toHaveLength(study.search.trials);
      expect(finalTrials(study, cell, 0)).toHaveLength(study.seeds.count);
    }
  });

  if (name === "lawn-paper-regime") return; // whose point is that few things are tuned

  it("gives every arm as many dimensions as the others, the rate and the initialiser's scale among them", async () => {
    const study = await loadStudy(name, asItIs);
    const spaces = study.arms.map(({ space }) => Object.keys({ ...study.space, ...space }));
    expect(new Set(spaces.map((space) => space.length)).size).toBe(1);
    for (const space of spaces) {
      expect(space).toEqual(expect.arrayContaining(["optimizer.learningRate", "initialize.embedding"]));
    }
  });

  it("lets every base try a decay and none", async () => {
    const study = await loadStudy(name, asItIs);
    for (const { optimizer, space } of study.arms) {
      if (optimizer.startsWith("lawn-") || "ranker.temperature" in space) continue; // a norm moves no cosine
      expect(space["optimizer.weightDecay"] ?? space.embeddingDecay).toMatchObject({
        zeroShare: expect.any(Number),
      });
    }
  });
});

describe("the study lawn-paper-regime", () => {
  it("tunes no decay for anyone, and the same rates for all", async () => {
    const study = await loadStudy("lawn-paper-regime", asItIs);
    for (const { space } of study.arms) {
      const tuned = Object.keys({ ...study.space, ...space });
      expect(tuned.filter((name) => name !== "lawn.freeEpochs")).toEqual(["optimizer.learningRate"]);
    }
  });
});

describe("the study lawn-large-batch", () => {
  it("has in its spaces the settings that were found good for MovieLens 1M", async () => {
    const study = await loadStudy("lawn-large-batch", asItIs);
    const rangeOf = (arm: string, name: string, batchSize: number, epochs = 1) => {
      const dimension = { ...study.space, ...study.arms.find((one) => one.name === arm)!.space }[name]!;
      if (!("from" in dimension)) throw new Error(`${name} is no range`);
      const { from, to, growth, ofEpochs } = dimension;
      const factor = (growth === null ? 1 : (batchSize / growth.batchSize) ** growth.power) * (ofEpochs ? epochs : 1);
      return { from: from * factor, to: to * factor };
    };
    const expectWithin = ({ from, to }: { from: number; to: number }, value: number) =>
      expect([value, value >= from && value <= to]).toEqual([value, true]);
    for (const arm of ["adam", "lawn-adam", "adamw"]) {
      expectWithin(rangeOf(arm, "optimizer.learningRate", 1024), 0.002);
      expectWithin(rangeOf(arm, "optimizer.learningRate", 131_072), 0.01);
      expectWithin(rangeOf(arm, "optimizer.learningRate", 1_048_576), 0.04);
    }
    for (const scale of [0.01, 0.1]) expectWithin(rangeOf("adam", "initialize.embedding", 1024), scale);
    expectWithin(rangeOf("adam", "optimizer.weightDecay", 131_072), 1e-6);
    expectWithin(rangeOf("adamw", "optimizer.weightDecay", 131_072), 0.4);
    expectWithin(rangeOf("lawn-adam", "lawn.freeEpochs", 131_072, 30), 6);
    expectWithin(rangeOf("adam-embedding-decay", "embeddingDecay", 131_072), 0.006);
    expectWithin(rangeOf("adam-low-betas", "optimizer.learningRate", 1_048_576), 0.0045);
  });
});

describe("loadStudy", () => {
  it("merges what a file extends, groups by key and lists as a whole", async () => {
    await mkdir(temporary("studies"), { recursive: true });
    const file = path.join(temporary("studies"), "mine.json");
    await writeFile(
      file,
      JSON.stringify({ extends: "smoke", name: "mine", search: { trials: 9 }, batchSizes: [{ size: 7, epochs: 1 }] }),
    );
    const study = await loadStudy(file, asItIs);
    expect([study.name, study.search, study.batchSizes.map(({ size }) => size)]).toEqual([
      "mine",
      { method: "sobol", trials: 9, seed: 1 },
      [7],
    ]);
    await writeFile(file, JSON.stringify({ extends: "mine.json", name: "mine" }));
    await expect(loadStudy(file, asItIs)).rejects.toThrow("extends itself");
  });

  it("lets an arm be another one, searched once more on other points", async () => {
    const file = temporary("again.json");
    const again = { name: "again", searchOf: "adam" };
    const arms = [{ name: "adam", optimizer: "adam", settings: { negatives: 3 } }, again];
    await writeFile(file, JSON.stringify({ extends: "smoke", comparisons: [], acrossBatchSizes: [], arms }));
    const study = await loadStudy(file, asItIs);
    expect(study.arms[1]).toEqual({ ...study.arms[0], ...again, stream: "again" });
    const [first, second] = cellsOf(study).map((cell) => tuningTrials(study, cell).map(({ point }) => point));
    for (const point of second!) expect(first).not.toContainEqual(point);
    const refuse = async (arm: object, problem: string) => {
      await writeFile(
        file,
        JSON.stringify({ extends: "smoke", comparisons: [], acrossBatchSizes: [], arms: [arms[0], arm] }),
      );
      await expect(loadStudy(file, asItIs)).rejects.toThrow(problem);
    };
    await refuse({ ...again, searchOf: "adma" }, "there is no other arm adma");
    await refuse({ ...again, settings: {} }, "its settings differ from those of adam");
    await refuse({ ...again, stream: "" }, "it would try the same points");
  });

  it("refuses a margin of a metric that is not reported, and an arm across batch sizes that is not there", async () => {
    const file = temporary("margins.json");
    await writeFile(file, JSON.stringify({ extends: "smoke", margins: { "NDCG@5": 0.01 }, acrossBatchSizes: ["sgd"] }));
    await expect(loadStudy(file, asItIs)).rejects.toThrow(/there is no arm sgd[\s\S]*does not report this metric/);
  });

  it("puts a dataset and a model in place of the study's own, and drops comparisons of arms left out", async () => {
    const study = await loadStudy("smoke", { ...asItIs, dataset: "other", model: "gmf", arms: ["adam"] });
    expect(study.subjects.map(({ dataset, model }) => [dataset, model])).toEqual([["other", "gmf"]]);
    expect(study.comparisons).toEqual([]);
  });

  it("refuses a metric that nobody computes before anything is trained", async () => {
    const file = temporary("metric.json");
    await writeFile(file, JSON.stringify({ extends: "smoke", metrics: ["HR@10", "NDGC@10"] }));
    await expect(loadStudy(file, asItIs)).rejects.toThrow(
      "metrics.1: expected HR, NDCG, MRR, Recall, Precision or MAP at a cut, such as NDCG@10, or MRR",
    );
  });

  it("names every problem of a file", async () => {
    const file = temporary("bad.json");
    await writeFile(
      file,
      JSON.stringify({
        extends: "smoke",
        comparisons: [["adam", "adamm"]],
        arms: [{ name: "adam", optimiser: "adam" }],
      }),
    );
    await expect(loadStudy(file, asItIs)).rejects.toThrow(/arms\.0\.optimizer[\s\S]*optimiser/);
  });
});

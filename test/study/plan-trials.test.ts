import { describe, expect, it } from "@jest/globals";
import { cellsOf, finalTrials, tuningTrials } from "../../src/study/plan-trials.ts";
import { smallStudy } from "../support/stages/small-study.ts";

describe("a study spelt out", () => {
  const study = smallStudy();
  const [cell, other] = cellsOf(study);

  it("has a cell for every arm at every batch size, and the same points for arms of the same space", () => {
    expect(cellsOf(study).map(({ batch, arm }) => [batch.size, arm.name])).toEqual([
      [64, "adam"],
      [64, "lawn-adam"],
      [512, "adam"],
      [512, "lawn-adam"],
    ]);
    const rates = (trials: ReturnType<typeof tuningTrials>) =>
      trials.map(({ point }) => point["optimizer.learningRate"]);
    expect(rates(tuningTrials(study, cell!))).toEqual(rates(tuningTrials(study, other!)));
    expect(new Set(rates(tuningTrials(study, cell!))).size).toBe(3);
  });

  it("tunes with one seed and trains the chosen point with fresh ones", () => {
    const tuning = tuningTrials(study, cell!);
    const finals = finalTrials(study, cell!, 2);
    expect(tuning.map(({ id, config }) => [id, config.seed, config.epochs])).toEqual([
      ["adam-b64-t000", 1, 3],
      ["adam-b64-t001", 1, 3],
      ["adam-b64-t002", 1, 3],
    ]);
    expect(finals.map(({ id, config }) => [id, config.seed])).toEqual([
      ["adam-b64-s11", 11],
      ["adam-b64-s12", 12],
    ]);
    for (const { point, config } of finals) {
      expect(point).toEqual(tuning[2]!.point);
      expect({ ...config, seed: 1 }).toEqual(tuning[2]!.config);
    }
  });

  it("keeps the first trials when the budget grows", () => {
    const more = tuningTrials(smallStudy({ search: { trials: 5, seed: 1 } }), cell!);
    expect(more.slice(0, 3)).toEqual(tuningTrials(study, cell!));
  });

  it("names subjects in ids where there are several", () => {
    const subjects = [
      { dataset: "a", model: "mf" },
      { dataset: "b", model: "gmf" },
    ];
    const several = smallStudy({ subjects, settings: {} });
    expect(tuningTrials(several, cellsOf(several).at(-1)!)[0]!.id).toBe("lawn-adam-b512-b-gmf-1-t000");
  });

  it("lets later layers win: study, subject, batch size, arm, search", () => {
    const layered = smallStudy({
      settings: { negatives: 2, schedule: { warmupEpochs: 1, name: "cosine" } },
      batchSizes: [{ size: 64, epochs: 3, settings: { schedule: { warmupEpochs: 2 } } }],
    });
    expect(tuningTrials(layered, cellsOf(layered)[0]!)[0]!.config).toMatchObject({
      negatives: 2,
      schedule: { name: "cosine", warmupEpochs: 2 },
      diagnostics: false,
      validation: { metric: "NDCG@5", patience: null },
      k: [5],
    });
  });

  it("refuses settings that are the study's own business, and those the stage train would refuse, by arm", () => {
    const taken = smallStudy({ settings: { epochs: 4, refit: true } });
    expect(() => tuningTrials(taken, cell!)).toThrow(
      "study small, arm adam at 64: settings hold epochs, refit, which the study itself decides",
    );
    const ignored = smallStudy({ settings: { tensorboard: true, optimizer: { name: "sgd" } } });
    expect(() => tuningTrials(ignored, cell!)).toThrow(
      [
        "study small, arm adam at 64: settings hold optimizer.name, which the study itself decides; leave it out",
        "study small, arm adam at 64: settings hold tensorboard, which changes no result; leave it out",
      ].join("\n"),
    );
    const oneSided = smallStudy({ space: { candidates: { values: ["sampled", "full"] } } });
    expect(() => tuningTrials(oneSided, cell!)).toThrow(
      "settings hold candidates, which all arms must share; give it in",
    );
    const mistaken = smallStudy({ settings: { optimizer: "sgd" } });
    expect(() => tuningTrials(mistaken, cell!)).toThrow('optimizer is "sgd", expected an object with name');
    const wrong = smallStudy({ space: { "optimizer.momentum": { values: [0.9] } } });
    expect(() => tuningTrials(wrong, cell!)).toThrow("adam has no such option");
  });
});

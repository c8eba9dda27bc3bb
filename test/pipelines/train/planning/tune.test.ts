import { describe, expect, it } from "@jest/globals";
import { type Search, tune } from "../../../../pipelines/train/planning/tune.ts";
import type { TuningPoint } from "../../../../pipelines/train/planning/tuning-points.ts";
import { parseConfig } from "../../../../src/config/parse.ts";
import { trainSchema } from "../../../../src/config/schemas/train-schema.ts";
import { DivergenceError } from "../../../../src/training/divergence.ts";
import { trialRecord } from "../../../support/stages/trial-record.ts";

const values = { epochs: 9, validation: { metric: "NDCG@5" } };
const config = parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
const points = (count: number): readonly TuningPoint[] =>
  Array.from({ length: count }, (_, index) => ({ index, point: { at: index }, settings: {}, config }));

/** `worth` gives what a trial has reached at an epoch; null where it diverged. */
function searchOf(
  count: number,
  worth: (index: number, epochs: number) => number | null,
  change: Partial<Search> = {},
) {
  const trained: string[] = [];
  const cut: number[] = [];
  const search: Search = {
    config,
    points: points(count),
    async runTrial({ index }, epochs, earlier) {
      trained.push(`${index} from ${earlier?.epochsTrained ?? 0} to ${epochs}`);
      const value = worth(index, epochs);
      return trialRecord({
        index,
        epochsTrained: epochs,
        outcome: value === null ? "diverged" : "finished",
        validation: value === null ? null : { "NDCG@5": value },
      });
    },
    hasTime: () => true,
    cut: async ({ index }) => void cut.push(index),
    rungDone: () => {},
    ...change,
  };
  return { search, trained, cut };
}

describe("a search by successive halving", () => {
  it("trains all to a rung before it cuts any, the settings as they were to the end", async () => {
    // Six trials of 9 epochs: one cut (3 <= 6 < 9), at epoch 3, of which 6 / 3 = 2 go on, and trial 0.
    const { search, trained, cut } = searchOf(6, (index, epochs) => index + epochs / 10);
    const record = await tune(search);
    expect(trained).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((index) => `${index} from 0 to 3`),
      ...[0, 4, 5].map((index) => `${index} from 3 to 9`),
    ]);
    expect(cut).toEqual([1, 2, 3]);
    expect(record).toMatchObject({ metric: "NDCG@5", eta: 3, rungs: [3, 9], chosen: 5 });
    expect(record!.trials.map(({ outcome, values: reached }) => [outcome, reached])).toEqual([
      ["finished", [0.3, 0.9]],
      ["cut", [1.3]],
      ["cut", [2.3]],
      ["cut", [3.3]],
      ["finished", [4.3, 4.9]],
      ["chosen", [5.3, 5.9]],
    ]);
  });

  it("chooses by the last value, ties to the earlier trial, and trial 0 where nothing is better", async () => {
    const overtaken = searchOf(6, (index, epochs) => (index === 4 && epochs === 9 ? 9 : index));
    expect((await tune(overtaken.search))!.chosen).toBe(4);
    const level = searchOf(6, () => 1);
    expect((await tune(level.search))!.chosen).toBe(0);
    const worse = searchOf(6, (index) => -index);
    expect((await tune(worse.search))!.chosen).toBe(0);
  });

  it("drops what diverged, the settings as they were too, and fails where all did", async () => {
    const { search, trained } = searchOf(6, (index) => (index === 0 || index === 5 ? null : index));
    const record = await tune(search);
    expect(trained.slice(6)).toEqual(["3 from 3 to 9", "4 from 3 to 9"]);
    expect(record!.trials.map(({ outcome }) => outcome)).toEqual([
      ...["diverged", "cut", "cut", "finished", "chosen", "diverged"],
    ]);
    await expect(tune(searchOf(3, () => null).search)).rejects.toThrow(DivergenceError);
  });

  it("ends where the budget is spent, with the best so far", async () => {
    const { search, trained } = searchOf(6, (index) => index, {
      hasTime: (_, __, records) => records.size < 4,
    });
    const record = await tune(search);
    expect(trained).toHaveLength(4);
    expect(record!.chosen).toBe(3);
    expect(record!.trials.map(({ outcome }) => outcome)).toEqual(["cut", "cut", "cut", "chosen", "not run", "not run"]);
  });

  it("comes to nothing when interrupted", async () => {
    expect(await tune(searchOf(6, () => 1, { runTrial: async () => null }).search)).toBeNull();
  });
});

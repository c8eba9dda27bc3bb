import { describe, expect, it } from "@jest/globals";
import { parseConfig } from "../../src/config/parse.ts";
import { type PlannedSetting, plannedSettings } from "../../src/config/schemas/planning-settings.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";
import { searchPoint } from "../../src/study/search-space.ts";
import { tuningSpace } from "../../src/study/tuning-space.ts";

const configOf = (values: Readonly<Record<string, unknown>>) =>
  parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
const widths = { dot: 0, gmf: 8, embedding: 32 };
const none = new Set<PlannedSetting>();
const ends = (dimension: unknown) => {
  const { from, to } = dimension as { readonly from: number; readonly to: number };
  return [from, to];
};

describe("the space that is searched around a run's settings", () => {
  const config = configOf({ batchSize: 1000, epochs: 8, optimizer: { name: "lawn-adam", learningRate: 0.004 } });
  const space = tuningSpace(config, widths, none);

  it("has the settings in the middle of their ranges", () => {
    expect(ends(space["optimizer.learningRate"])).toEqual([0.001, 0.016]);
    expect(ends(space["initialize.embedding"])).toEqual([0.0025, 0.04]); // normal:0.01
    expect(space.batchSize).toEqual({ values: [250, 500, 1000, 2000] });
    expect(space.negatives).toEqual({ values: [2, 4, 8] });
    expect(space.width).toEqual({
      choices: [
        { ranker: { gmf: 4, embedding: 16 } },
        { ranker: { gmf: 8, embedding: 32 } },
        { ranker: { gmf: 16, embedding: 64 } },
      ],
    });
    const middle = { method: "sobol", seed: 1, stream: "", index: 0, batchSize: 1000, epochs: 8 } as const;
    expect(searchPoint(space, middle).point).toMatchObject({
      "optimizer.learningRate": 0.004,
      "initialize.embedding": "normal:0.01",
      negatives: 4,
    });
  });

  it("has LAWN's free epochs, up to three quarters, or embedding decay without LAWN", () => {
    expect(ends(space["lawn.freeEpochs"])).toEqual([2 / 3, 6]); // 2 epochs, a third to three times as many
    expect(space).not.toHaveProperty("embeddingDecay");
    const plain = tuningSpace(configOf({ optimizer: { name: "adam" } }), widths, none);
    expect(plain).not.toHaveProperty("lawn.freeEpochs");
    expect(plain.embeddingDecay).toMatchObject({ from: 0.001, to: 0.03, zeroShare: 0.25 });
    const decayed = tuningSpace(configOf({ optimizer: { name: "adam" }, embeddingDecay: 0.008 }), widths, none);
    expect(ends(decayed.embeddingDecay)).toEqual([0.002, 0.032]);
  });

  it("leaves out what is held and what has no number to change", () => {
    const held = new Set<PlannedSetting>(["negatives", "ranker.gmf"]);
    const part = tuningSpace(config, widths, held);
    expect(part).not.toHaveProperty("negatives");
    expect(part.width).toEqual({
      choices: [{ ranker: { embedding: 16 } }, { ranker: { embedding: 32 } }, { ranker: { embedding: 64 } }],
    });
    const bare = configOf({ initialize: { embedding: "glorot-uniform" }, schedule: { name: "0.01" }, negatives: 0 });
    expect(Object.keys(tuningSpace(bare, widths, none))).toEqual(["lawn.freeEpochs", "batchSize", "width"]);
    expect(tuningSpace(config, widths, new Set(plannedSettings))).toEqual({});
  });
});

import { describe, expect, it } from "@jest/globals";
import type { Batch } from "../../../src/dataset/batch.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { noSides } from "../../../src/ranker/side.ts";
import { lossConfigs } from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

const spec: RankerSpec = { ...noPaths, users: 2, items: 3, dot: 1 };
const sgd = { base: { name: "sgd", weightDecay: 0 }, lawn: null } as const;

/** Tables of width 1: users 2 and 3; items 0, 4 and 5. */
function start() {
  return {
    parameters: new Map([
      ["userDot", Float64Array.of(2, 3)],
      ["itemDot", Float64Array.of(0, 4, 5)],
      ["head.bias", Float64Array.of(0)],
    ]),
    optimizer: null,
  };
}

/** What decay adds to the gradient, by tensor. */
async function difference(batch: Batch, loss: LossName): Promise<ReadonlyMap<string, readonly number[]>> {
  const gradientAt = async (embeddingDecay: number) => {
    const session = await referenceEngine.open({
      spec,
      sides: noSides,
      loss: lossConfigs[loss],
      start: start(),
      optimizer: sgd,
      embeddingDecay,
      source: null,
    });
    const result = await session.gradient(batch);
    session.close();
    return result;
  };
  const [without, decayed] = [await gradientAt(0), await gradientAt(0.1)];
  expect(decayed.loss).toBe(without.loss);
  return new Map(
    [...decayed.gradient].map(([name, values]) => [
      name,
      [...values].map((value, k) => value - without.gradient.get(name)![k]!),
    ]),
  );
}

describe("decay of looked-up embeddings", () => {
  it("counts a row once for each sample it is in, divided by the samples", async () => {
    const batch: Batch = {
      kind: "pointwise",
      length: 4,
      users: Uint32Array.of(0, 0, 0, 1),
      items: Uint32Array.of(1, 1, 2, 2),
      labels: Float32Array.of(1, 0, 0, 1),
      weights: null,
      idDropout: null,
    };
    const added = await difference(batch, "bce");
    // 0.1 / 4 = 0.025 a lookup: user 0 three times its 2, user 1 once its 3; item 1 twice its 4, item 2 twice its 5
    expect(added.get("userDot")![0]).toBeCloseTo(3 * 0.025 * 2, 12);
    expect(added.get("userDot")![1]).toBeCloseTo(0.025 * 3, 12);
    expect(added.get("itemDot")![0]).toBe(0); // not looked up
    expect(added.get("itemDot")![1]).toBeCloseTo(2 * 0.025 * 4, 12);
    expect(added.get("itemDot")![2]).toBeCloseTo(2 * 0.025 * 5, 12);
    expect(added.get("head.bias")![0]).toBe(0);
  });

  it("counts a comparison's user with each of its two items", async () => {
    const batch: Batch = {
      kind: "pairwise",
      length: 1,
      users: Uint32Array.of(1),
      positives: Uint32Array.of(2),
      negatives: Uint32Array.of(1),
      weights: null,
      idDropout: null,
    };
    const added = await difference(batch, "bpr");
    expect(added.get("userDot")![1]).toBeCloseTo(2 * 0.1 * 3, 12);
    expect(added.get("itemDot")![1]).toBeCloseTo(0.1 * 4, 12);
    expect(added.get("itemDot")![2]).toBeCloseTo(0.1 * 5, 12);
  });

  it("counts a list's user once, and each of its items", async () => {
    const batch: Batch = {
      kind: "listwise",
      length: 2,
      users: Uint32Array.of(1, 1),
      positives: Uint32Array.of(2, 1),
      blockRows: 1,
      negatives: Uint32Array.of(1, 1, 2, 0),
      masked: null,
      weights: null,
      idDropout: null,
    };
    const added = await difference(batch, "softmax");
    expect(added.get("userDot")![1]).toBeCloseTo(2 * 0.05 * 3, 12); // two rows
    expect(added.get("itemDot")![1]).toBeCloseTo(3 * 0.05 * 4, 12);
    expect(added.get("itemDot")![2]).toBeCloseTo(2 * 0.05 * 5, 12);
  });

  it("counts negatives that rows share once, whoever leaves them out", async () => {
    const batch: Batch = {
      kind: "listwise",
      length: 2,
      users: Uint32Array.of(0, 1),
      positives: Uint32Array.of(2, 2),
      blockRows: 2,
      negatives: Uint32Array.of(1, 0),
      masked: { offsets: Uint32Array.of(0, 1, 2), places: Uint32Array.of(0, 0) },
      weights: null,
      idDropout: null,
    };
    const added = await difference(batch, "softmax");
    expect(added.get("userDot")![0]).toBeCloseTo(0.05 * 2, 12);
    expect(added.get("itemDot")![1]).toBeCloseTo(0.05 * 4, 12);
    expect(added.get("itemDot")![2]).toBeCloseTo(2 * 0.05 * 5, 12);
  });

  it("is refused under LAWN and below 0, before anything is trained", async () => {
    const lawn = {
      switchAt: { kind: "step", step: 1 },
      scope: "all",
      granularity: "layer",
      project: "both",
      state: "keep",
      constrainBiases: false,
    } as const;
    const open = (embeddingDecay: number, optimizer = {}) =>
      referenceEngine.open({
        spec,
        sides: noSides,
        loss: { name: "bce" },
        start: start(),
        optimizer: { ...sgd, ...optimizer },
        embeddingDecay,
        source: null,
      });
    await expect(open(0.1, { lawn })).rejects.toThrow("embeddingDecay is 0.1 under LAWN");
    await expect(open(-1)).rejects.toThrow("embeddingDecay is -1, expected at least 0");
  });
});

/** The correction of sampled softmax by log q: its sign, by hand and by what it is for. */
import { describe, expect, it } from "@jest/globals";
import type { ListwiseBatch } from "../../../src/dataset/batch.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { optionsOf } from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

const spec: RankerSpec = { ...noPaths, users: 1, items: 3, dot: 1 };

/** One user at 1, so that an item's logit is its value. */
async function gradientOf(
  logits: readonly number[],
  q: readonly number[],
  positive: number,
  negatives: readonly number[],
) {
  const batch: ListwiseBatch = {
    kind: "listwise",
    length: 1,
    users: Uint32Array.of(0),
    positives: Uint32Array.of(positive),
    blockRows: 1,
    negatives: Uint32Array.from(negatives),
    masked: null,
    weights: null,
    idDropout: null,
  };
  const parameters = new Map([
    ["userDot", Float64Array.of(1)],
    ["itemDot", Float64Array.from(logits)],
    ["head.bias", Float64Array.of(0)],
  ]);
  const session = await referenceEngine.open(
    optionsOf(spec, "softmax", {
      start: { parameters, optimizer: null },
      loss: { name: "softmax", itemLogQ: Float32Array.from(q, Math.log) },
    }),
  );
  const { loss, gradient } = await session.gradient(batch);
  session.close();
  return { loss, slopes: [...gradient.get("itemDot")!] };
}

describe("log q of a sampled softmax", () => {
  it("is taken off: e^z / q are the shares", async () => {
    // e^z = 2 and 1, q = 1/2 and 1/4: 4 and 4. Added instead of taken off: 1 and 1/4, a loss of ln 1.25.
    const { loss, slopes } = await gradientOf([Math.log(2), 0, 9], [1 / 2, 1 / 4, 1 / 4], 0, [1]);
    expect(loss).toBeCloseTo(Math.LN2, 6);
    expect(slopes[0]).toBeCloseTo(-1 / 2, 6);
    expect(slopes[1]).toBeCloseTo(1 / 2, 6);
    expect(slopes[2]).toBe(0);
  });

  it("makes the true log probabilities the minimum, whatever negatives are drawn by", async () => {
    const p = [0.5, 0.3, 0.2];
    const q = [0.1, 0.2, 0.7];
    const slopesAt = async (logits: readonly number[]): Promise<number[]> => {
      const expected = [0, 0, 0];
      for (const positive of [0, 1, 2]) {
        for (const first of [0, 1, 2]) {
          for (const second of [0, 1, 2]) {
            const chance = p[positive]! * q[first]! * q[second]!;
            const { slopes } = await gradientOf(logits, q, positive, [first, second]);
            for (const [item, slope] of slopes.entries()) expected[item]! += chance * slope;
          }
        }
      }
      return expected;
    };
    for (const slope of await slopesAt(p.map((share) => Math.log(share) + 1.7))) expect(slope).toBeCloseTo(0, 6);
    // What is learnt without the correction, p / q, is none.
    const uncorrected = await slopesAt(p.map((share, item) => Math.log(share / q[item]!)));
    expect(Math.max(...uncorrected.map(Math.abs))).toBeGreaterThan(0.05);
  });
});

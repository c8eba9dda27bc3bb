/** Which runs' logits stand for a probability, and in which mixture of positives and negatives. */
import { describe, expect, it } from "@jest/globals";
import { trainedMixture } from "../../../pipelines/runs/stored-run.ts";

describe("the mixture that a run was trained on", () => {
  it("is that of bce on rows that all count alike, and no other", () => {
    const alike = { weights: null };
    expect(trainedMixture({ config: { loss: "bce", negatives: 4 } }, alike)).toBe(4);
    expect(trainedMixture({ config: { loss: "bpr", negatives: 4 } }, alike)).toBeNull();
    expect(trainedMixture({ config: { loss: "bce", negatives: 4 } }, { weights: Float32Array.of(1, 3) })).toBeNull();
    expect(trainedMixture({ config: { loss: "bce", negatives: 4, recencyPower: 1 } }, alike)).toBeNull();
  });
});

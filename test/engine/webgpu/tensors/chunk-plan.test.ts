import { describe, expect, it } from "@jest/globals";
import { pairsOf, shapeOfBatch, shapeOfDrawn } from "../../../../src/engine/webgpu/tensors/batch-shape.ts";
import { planChunks } from "../../../../src/engine/webgpu/tensors/chunk-plan.ts";
import { EngineError } from "../../../../src/errors.ts";
import { everything, randomBatch, sharedBatch, smallSource } from "../../../support/engines/engine-cases.ts";
import { noPaths } from "../../../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 40, items: 30, dot: 10 }; // 20 columns of features
const own = { loss: "softmax", negatives: 4, blockRows: 0, isWeighted: false } as const;
const shared = { ...own, blockRows: 3 };

describe("the shape of a batch", () => {
  it("counts a pair for each negative, or where samples share them one for each of a block's", () => {
    expect(pairsOf({ ...own, loss: "bce", negatives: 0 }, 7)).toBe(7);
    expect(pairsOf({ ...own, loss: "bpr", negatives: 1 }, 7)).toBe(14);
    expect(pairsOf(own, 7)).toBe(7 * 5);
    expect(pairsOf(shared, 7)).toBe(7 + 3 * 4); // blocks of 3, 3 and 1
  });

  it("is read off a given batch, and known of a drawn one", () => {
    expect(shapeOfBatch(randomBatch(everything, "softmax"), "softmax")).toEqual({ ...own, negatives: 3 });
    expect(shapeOfBatch(sharedBatch(everything), "softmax")).toEqual({ ...own, negatives: 5, blockRows: 4 });
    const source = smallSource(everything, "softmax"); // 2 negatives a positive
    expect(shapeOfDrawn(source, 6)).toEqual({ ...own, negatives: 2 });
    const ofBatch = { ...source, negativesFrom: "batch" } as const;
    expect(shapeOfDrawn(ofBatch, 6)).toEqual({ ...own, negatives: 3, blockRows: 3 });
    expect(shapeOfDrawn(ofBatch, 2)).toEqual({ ...own, negatives: 2, blockRows: 3 }); // too short for three
  });
});

describe("planChunks", () => {
  it("takes as many samples as one binding has pairs for", () => {
    expect(planChunks(spec, { ...own, loss: "bce", negatives: 0 }, 8000).samples).toBe(100); // 80 bytes a pair
    expect(planChunks(spec, own, 8000).samples).toBe(20); // 5 pairs a sample
  });

  it("takes whole blocks where samples share their negatives", () => {
    // a block: 7 pairs of 80 bytes, so 14 blocks
    expect(planChunks(spec, shared, 8000).samples).toBe(42);
    // its logits: 300 x 501 of 4 bytes, more than 800 pairs of 80
    expect(planChunks(spec, { ...shared, blockRows: 300, negatives: 500 }, 1_300_000).samples).toBe(600);
  });

  it("says what fits no binding", () => {
    expect(() => planChunks(spec, own, 256)).toThrow(EngineError);
    expect(() => planChunks(spec, own, 256)).toThrow(
      "webgpu engine: 5 pairs of 400 bytes in all do not fit the device's largest binding of 256 bytes; draw fewer",
    );
  });
});

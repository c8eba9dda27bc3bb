/** What a run is told of its rivals, and what it is advised to try. */
import { describe, expect, it } from "@jest/globals";
import { type RivalOnTest, verdictOf } from "../../../../pipelines/train/rivals/verdict.ts";

const config = { dataset: "shop", dataRoot: "data", modelsRoot: "models", epochs: 20, batchSize: 1024, k: [10] };
const course = { config, samplesPerEpoch: 100_000, chosenEpoch: 12 }; // 98 steps an epoch

const rival = (name: RivalOnTest["name"], value: number, lead: readonly [number, number, number]): RivalOnTest => ({
  name,
  parameters: name === "item-knn" ? { neighbours: 20, shrinkage: 0 } : {},
  test: { "NDCG@10": { value, low: value - 0.01, high: value + 0.01 } },
  lead: { "NDCG@10": { value: lead[0], low: lead[1], high: lead[2] } },
});

describe("verdictOf", () => {
  it("compares with the best on test of those fitted, and is level where the interval holds 0", () => {
    const verdict = verdictOf(
      [rival("popularity", 0.1, [0.2, 0.1, 0.3]), rival("item-knn", 0.3, [0.004, -0.002, 0.01])],
      course,
    );
    expect(verdict).toMatchObject({ baseline: "item-knn", metric: "NDCG@10", outcome: "level" });
    expect(verdict?.text).toBe(
      "level with item-knn, the best of 2 baselines: test NDCG@10 +0.0040 (-0.0020 to +0.0100)",
    );
    expect(verdict?.advice).toBe("try: let validation choose the settings: --tune 12");
  });

  it("advises nothing where the run is better", () => {
    const verdict = verdictOf([rival("popularity", 0.1, [0.2, 0.1, 0.3])], course);
    expect(verdict).toMatchObject({ outcome: "better", advice: null });
    expect(verdict?.text).toContain("better than popularity: test NDCG@10 +0.2000");
  });

  it("names the command that ships the baseline where the run is worse", () => {
    const verdict = verdictOf([rival("item-knn", 0.3, [-0.1, -0.2, -0.05])], course);
    expect(verdict).toMatchObject({ outcome: "worse" });
    expect(verdict?.advice).toBe(
      "try: let validation choose the settings: --tune 12; or ship the baseline: lawn-ranker score --dataset shop --baseline item-knn --neighbours 20 --shrinkage 0 --output shop.parquet",
    );
  });

  it("fits the advice to the run: more epochs, smaller batches", () => {
    const worse = [rival("item-knn", 0.3, [-0.1, -0.2, -0.05])];
    const last = verdictOf(worse, { ...course, chosenEpoch: 20 });
    expect(last?.advice).toMatch(/^try: the last epoch was the best, so train longer: --epochs 40; or ship/);
    // 16,000 samples, 80 steps an epoch of 200 each: 128 is the power of two below. 1,024 gives 16 steps.
    const few = verdictOf(worse, { ...course, samplesPerEpoch: 16_000 });
    expect(few?.advice).toMatch(/^try: an epoch is 16 steps, so take smaller batches: --batch-size 128; or ship/);
    const one = verdictOf(worse, { ...course, samplesPerEpoch: 900, chosenEpoch: null });
    expect(one?.advice).toMatch(/^try: an epoch is one step, so take smaller batches: --batch-size 16; or ship/);
  });

  it("has nothing to say where nothing was fitted", () => {
    expect(verdictOf([], course)).toBeNull();
  });
});

/** What is said before training of a log in which no tastes show. */
import { describe, expect, it } from "@jest/globals";
import { forecastOf, type RivalOnValidation } from "../../../../pipelines/train/rivals/forecast.ts";

const config = {
  ...{ dataset: "shop", dataRoot: "data", modelsRoot: "models" },
  validation: { metric: "NDCG@10", patience: 5 } as const,
};

const rival = (name: RivalOnValidation["name"], value: number, halfWidth: number): RivalOnValidation => ({
  name,
  choice: { parameters: name === "ease" ? { regularization: 100 } : {} },
  validation: { estimates: { "NDCG@10": { value, low: value - halfWidth, high: value + halfWidth } } },
});

describe("forecastOf", () => {
  it("warns where popularity lies within the interval of the best that learns tastes, and names what to ship", () => {
    const rivals = [rival("popularity", 0.21, 0.03), rival("ease", 0.22, 0.03), rival("item-knn", 0.19, 0.03)];
    expect(forecastOf(rivals, config)).toBe(
      "warning: no baseline that learns tastes is clearly above popularity (the best is ease), so a ranker may not be " +
        "either; popularity can be shipped as it is: lawn-ranker score --dataset shop --baseline popularity --output shop.parquet",
    );
  });

  it("says nothing where tastes show, or nobody could tell", () => {
    const popularity = rival("popularity", 0.21, 0.03);
    expect(forecastOf([popularity, rival("ease", 0.25, 0.03)], config)).toBeNull();
    expect(forecastOf([popularity], config)).toBeNull();
    expect(forecastOf([popularity, { ...rival("ease", 0.2, 0.01), validation: null }], config)).toBeNull();
  });
});

import { describe, expect, it } from "@jest/globals";
import { popularityWarning } from "../../../pipelines/train/popularity-warning.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";

const config = trainSchema.parse({ validation: { metric: "HR@10" } });

describe("popularityWarning", () => {
  it("names both values where the ranker is not better", () => {
    expect(popularityWarning(config, { "HR@10": 0.4 }, 0.45)).toContain("HR@10 0.4000 against 0.4500");
    expect(popularityWarning(config, { "HR@10": 0.45 }, 0.45)).not.toBeNull(); // as good is not better
  });

  it("says nothing of a better ranker, or where nothing was validated", () => {
    expect(popularityWarning(config, { "HR@10": 0.46 }, 0.45)).toBeNull();
    expect(popularityWarning(config, null, 0.45)).toBeNull();
    expect(popularityWarning(config, { "HR@10": 0.1 }, null)).toBeNull();
  });
});

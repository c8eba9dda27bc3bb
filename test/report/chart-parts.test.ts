/** Figures that reports compute themselves, each worked by hand. */
import { describe, expect, it } from "@jest/globals";
import { armSeries } from "../../src/report/charts/arm-style.ts";
import { batchText } from "../../src/report/charts/batch-text.ts";
import { logScale } from "../../src/report/charts/log-scale.ts";
import { groupsOf, largestOf, normOf } from "../../src/report/charts/tensor-groups.ts";
import { median } from "../../src/report/sections/cost-sections.ts";
import { headlineMetrics } from "../../src/report/words/headline-metrics.ts";

describe("a logarithmic scale", () => {
  it("ends at 1, 2 or 5 times a power of ten around the values", () => {
    expect(logScale([0.03, 0.12])).toEqual({ type: "log", domain: [0.02, 0.2], ticks: [0.02, 0.05, 0.1, 0.2] });
  });

  it("has powers of ten alone where it spans many", () => {
    expect(logScale([0.0015, null, 0.24, 0])).toEqual({ type: "log", domain: [0.001, 0.5], ticks: [0.001, 0.01, 0.1] });
  });

  it("keeps two ends for a single value, and has some for none", () => {
    expect(logScale([5]).domain).toEqual([2, 5]);
    expect(logScale([]).domain).toEqual([1, 10]);
  });
});

describe("groups of tensors", () => {
  it("hold every tensor once, biases apart and last", () => {
    const groups = groupsOf(["userGmf", "itemGmf", "userBias", "tower.0.weight", "tower.0.bias", "head.weight"]);
    expect(groups.map(({ name, tensors }) => [name, tensors])).toEqual([
      ["users", ["userGmf"]],
      ["items", ["itemGmf"]],
      ["tower", ["tower.0.weight"]],
      ["head", ["head.weight"]],
      ["biases", ["userBias", "tower.0.bias"]],
    ]);
  });

  it("have the norm of their tensors laid end to end, or none where one is unknown", () => {
    expect(normOf({ a: 3, b: 4 }, ["a", "b"])).toBe(5); // sqrt(9 + 16)
    expect(normOf({ a: 3, b: null }, ["a", "b"])).toBeNull();
    expect(largestOf({ a: 0.1, b: null, c: 0.3 }, ["a", "b", "c"])).toBe(0.3);
    expect(largestOf({ a: null }, ["a"])).toBeNull();
  });
});

describe("the look of arms", () => {
  it("shares a hue with and without LAWN, and dashes what is without", () => {
    const arms = ["adam", "lawn-adam", "adam-low-beta", "lawn-sgd"].map((arm) => ({
      arm,
      optimizer: arm.replace("-low-beta", ""),
    }));
    const series = [...armSeries(arms).values()].map(({ hue, isDashed }) => [hue, isDashed]);
    expect(series).toEqual([
      ["blue", true],
      ["blue", false],
      ["vermilion", true],
      ["green", false],
    ]);
  });

  it("names batch sizes by their powers of two", () => {
    expect([1024, 65_536, 1_048_576, 1000].map(batchText)).toEqual(["1k", "64k", "1M", "1,000"]);
  });
});

describe("headline figures", () => {
  it("are HR and NDCG at the first cut, or what there is", () => {
    expect(headlineMetrics(["HR@5", "NDCG@5", "MRR", "HR@10"])).toEqual(["HR@5", "NDCG@5"]);
    expect(headlineMetrics(["MRR", "AUC", "MAP@5"])).toEqual(["MRR", "AUC"]);
  });

  it("take the median over those that reached the target", () => {
    expect(median([7, null, 5, 6])).toBe(6);
    expect(median([7, 5])).toBe(6);
    expect(median([null])).toBeNull();
  });
});

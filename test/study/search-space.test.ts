import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type SearchSpace, studySchema } from "../../src/config/schemas/study-schema.ts";
import { searchPoint } from "../../src/study/search-space.ts";

// With the defaults of every dimension.
const spaceOf = (space: unknown): SearchSpace => studySchema.shape.space.parse(space);
const at = { method: "sobol", seed: 1, stream: "", index: 0, batchSize: 2048, epochs: 10 } as const;

describe("searchPoint", () => {
  it("begins in the middle of every dimension", () => {
    const space = spaceOf({
      "optimizer.learningRate": { from: 0.001, to: 0.1 },
      "schedule.finalRate": { from: 0, to: 0.5, scale: "linear" },
      "lawn.granularity": { values: ["layer", "row", "network"] },
      betas: { choices: [{ optimizer: { beta1: 0.9 } }, { optimizer: { beta1: 0.25, beta2: 0.5 } }] },
    });
    expect(searchPoint(space, at)).toEqual({
      point: {
        "optimizer.learningRate": 0.01, // sqrt(.001 x .1)
        "schedule.finalRate": 0.25,
        "lawn.granularity": "row",
        betas: '{"optimizer":{"beta1":0.25,"beta2":0.5}}', // the second of two begins at 1/2
      },
      settings: {
        optimizer: { learningRate: 0.01, beta1: 0.25, beta2: 0.5 },
        schedule: { finalRate: 0.25 },
        lawn: { granularity: "row" },
      },
      atEdge: [],
    });
  });

  it("scales with the batch size and the epochs, rounds, and writes numbers into text", () => {
    const space = spaceOf({
      "optimizer.learningRate": { from: 0.01, to: 0.01, growth: { batchSize: 512, power: 0.5 } },
      "lawn.freeEpochs": { from: 0.25, to: 0.25, ofEpochs: true, whole: true },
      "initialize.embedding": { from: 0.1, to: 0.1, as: "normal:{}" },
    });
    expect(searchPoint(space, at).point).toEqual({
      "optimizer.learningRate": 0.02, // .01 sqrt(2048 / 512)
      "lawn.freeEpochs": 3, // 2.5 rounded
      "initialize.embedding": "normal:0.1",
    });
  });

  it.each(["sobol", "random"] as const)("stays in the range, and gives 0 its share of the trials: %s", (method) => {
    const space = spaceOf({ "optimizer.weightDecay": { from: 1e-6, to: 1e-4, zeroShare: 0.25 } });
    const values = Array.from(
      { length: 65 },
      (_, index) => searchPoint(space, { ...at, method, index }).point["optimizer.weightDecay"],
    ).slice(1);
    const zeros = values.filter((value) => value === 0).length;
    if (method === "sobol")
      expect(zeros).toBe(16); // a quarter of 64, exactly
    else expect(Math.abs(zeros - 16)).toBeLessThan(14); // 4 standard deviations of a binomial: 4 sqrt(12)
    for (const value of values)
      if (value !== 0) expect([Number(value) >= 1e-6, Number(value) <= 1e-4]).toEqual([true, true]);
  });

  it("depends on nothing but seed, name, place and index", () => {
    const dimension = { from: 0.1, to: 10 };
    fc.assert(
      fc.property(fc.nat(100), fc.nat(50), (seed, index) => {
        const alone = searchPoint(spaceOf({ a: dimension }), { ...at, seed, index });
        const beside = searchPoint(spaceOf({ a: dimension, b: dimension }), { ...at, seed, index });
        expect(beside.point.a).toBe(alone.point.a);
      }),
    );
  });

  it("says which numbers stand at the edge of their range, and 0 is none", () => {
    const space = spaceOf({ x: { from: 1, to: 2, scale: "linear", zeroShare: 0.5 } });
    for (let index = 0; index < 64; index++) {
      const { point, atEdge } = searchPoint(space, { ...at, index });
      const value = Number(point.x);
      const isFar = value !== 0 && (value < 1.099 || value > 1.901); // either side of the tenths, past rounding
      const isNear = value === 0 || (value > 1.101 && value < 1.899);
      if (isFar) expect(atEdge).toEqual(["x"]);
      if (isNear) expect(atEdge).toEqual([]);
    }
  });

  it("refuses more dimensions than Sobol has here", () => {
    const space = spaceOf(Object.fromEntries(Array.from({ length: 11 }, (_, k) => [`d${k}`, { values: [1] }])));
    expect(() => searchPoint(space, at)).toThrow(
      '11 dimensions, but Sobol\'s sequence here at most 10; choose search.method "random"',
    );
    expect(() => searchPoint(space, { ...at, method: "random" })).not.toThrow();
  });
});

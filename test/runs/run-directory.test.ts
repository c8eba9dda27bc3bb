import { describe, expect, it } from "@jest/globals";
import { configDifferences, defaultRunName, hashOf, identityOf } from "../../src/runs/run-directory.ts";

describe("a run's identity", () => {
  it("does not depend on the order of settings, and does on their values", () => {
    expect(hashOf({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(hashOf({ b: { d: 2, c: [1, 2] }, a: 1 }));
    expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
  });

  it("leaves out where files lie and how often a checkpoint is taken", () => {
    expect(identityOf({ seed: 1, dataRoot: "x", checkpoint: { everyEpochs: 2 }, threads: 4 })).toEqual({ seed: 1 });
  });

  it("gives a readable name", () => {
    const config = { model: "mf", optimizer: { name: "lawn-adam" }, batchSize: 256, seed: 3 };
    expect(defaultRunName(config, "0123456789abcdef")).toBe("mf-lawn-adam-b256-s3-01234567");
  });

  it("names every setting in which two configs differ", () => {
    const there = { epochs: 3, lawn: { scope: "all" }, tower: [4] };
    const here = { epochs: 5, tower: [4, 2] };
    expect(configDifferences(there, here)).toEqual([
      "epochs: 3 there, 5 here",
      'lawn: {"scope":"all"} there, not set here',
      "tower: [4] there, [4,2] here",
    ]);
  });
});

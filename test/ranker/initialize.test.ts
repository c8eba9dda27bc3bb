import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../../src/errors.ts";
import { standardNormal, streamKey, threefry } from "../../src/random.ts";
import {
  defaultInitializers,
  type Initializer,
  type Initializers,
  initializeParameters,
} from "../../src/ranker/initialize.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const spec: RankerSpec = { ...noPaths, users: 50, items: 40, gmf: 4, embedding: 60, tower: [90, 7], idBiases: true };

function tensorOf(name: string, changes: Partial<Initializers>, seed = 1): Float32Array {
  const values = initializeParameters(spec, { ...defaultInitializers, ...changes }, seed).get(name);
  if (values === undefined) throw new Error(`no ${name}`);
  return values;
}

function deviationOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/**
 * Relative standard error of a standard deviation is sqrt((kurtosis - 1) / 4n): at most 0.71 / sqrt(n); five of them.
 */
function expectDeviation(values: Float32Array, expected: number): void {
  expect(Math.abs(deviationOf(values) / expected - 1)).toBeLessThan((5 * 0.71) / Math.sqrt(values.length));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan((5 * expected) / Math.sqrt(values.length));
}

describe("initializeParameters", () => {
  it("draws value k of a tensor from counter k of the stream named for it", () => {
    const block = { first: 0, second: 0 };
    threefry(streamKey(7, "initialize/userMlp"), 5, 0, block);
    const values = tensorOf("userMlp", { embedding: { name: "normal", scale: 0.5 } }, 7);
    expect(values[5]).toBe(Math.fround(0.5 * standardNormal(block)));
  });

  it("gives each tensor its own values, and the same ones whatever else the ranker has", () => {
    const parameters = initializeParameters(spec, defaultInitializers, 1);
    expect(parameters.get("userGmf")!.slice(0, 40)).not.toEqual(parameters.get("itemGmf")!.slice(0, 40));
    const other = initializeParameters({ ...spec, dot: 3, tower: [5], items: 9 }, defaultInitializers, 1);
    expect(other.get("userGmf")).toEqual(parameters.get("userGmf"));
    expect(initializeParameters(spec, defaultInitializers, 2).get("userGmf")).not.toEqual(parameters.get("userGmf"));
  });

  // [90, 120] dense: fanIn 120, fanOut 90. Uniform (-a, a) has deviation a / sqrt(3).
  const dense: readonly (readonly [Initializer, number])[] = [
    [{ name: "normal", scale: 0.3 }, 0.3],
    [{ name: "uniform", scale: 0.3 }, 0.3 / Math.sqrt(3)],
    [{ name: "glorot-normal" }, Math.sqrt(2 / 210)],
    [{ name: "glorot-uniform" }, Math.sqrt(2 / 210)],
    [{ name: "he-normal" }, Math.sqrt(2 / 120)],
    [{ name: "he-uniform" }, Math.sqrt(2 / 120)],
    [{ name: "lecun-normal" }, Math.sqrt(1 / 120)],
    [{ name: "lecun-uniform" }, Math.sqrt(1 / 120)],
  ];
  it.each(dense)("spreads a dense layer as %p should", (initializer, deviation) => {
    const values = tensorOf("tower.0.weight", { dense: initializer });
    expectDeviation(values, deviation);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (initializer.name.endsWith("uniform")) expect(largest).toBeLessThan(deviation * Math.sqrt(3));
    else expect(largest).toBeGreaterThan(deviation * Math.sqrt(3)); // 10,800 normal values: one in twelve lies beyond
  });

  it("counts a table's width as its fan-in, so that lecun rows have norm about 1", () => {
    const table = tensorOf("userMlp", { embedding: { name: "lecun-normal" } });
    expectDeviation(table, 1 / Math.sqrt(60));
  });

  it("counts the head as one output: glorot has deviation sqrt(2 / (11 + 1))", () => {
    const head = tensorOf("head.weight", { head: { name: "glorot-uniform" } });
    expect(head).toHaveLength(11); // 4 products and 7 tower units
    expect(head.every((value) => Math.abs(value) < Math.sqrt(6 / 12))).toBe(true);
    expect(head.some((value) => Math.abs(value) > 0.3)).toBe(true);
  });

  it("starts from the defaults: small tables, zero biases", () => {
    expectDeviation(tensorOf("itemMlp", {}), 0.01);
    for (const name of ["userBias", "itemBias", "tower.0.bias", "head.bias"]) {
      expect(tensorOf(name, {}).every((value) => value === 0)).toBe(true);
    }
    expect(tensorOf("userBias", { bias: { name: "normal", scale: 1 } }).some((value) => value !== 0)).toBe(true);
    expect(tensorOf("userGmf", { embedding: { name: "zeros" } }).every((value) => value === 0)).toBe(true);
  });

  it("refuses a bias by fan-in and a scale that cannot be", () => {
    expect(() => tensorOf("head.bias", { bias: { name: "he-normal" } })).toThrow(
      new ConfigError(
        "initializer of userBias: he-normal goes by fan-in, which a bias lacks; use zeros, normal or uniform",
      ),
    );
    for (const scale of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(() => tensorOf("userGmf", { embedding: { name: "uniform", scale } })).toThrow(/expected a finite number/);
    }
  });
});

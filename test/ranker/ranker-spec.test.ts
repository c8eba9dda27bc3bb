import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../../src/errors.ts";
import { modelNames, rankerPresets, rankerSpecOf } from "../../src/ranker/ranker-presets.ts";
import { checkRankerSpec, headWidth, parametersOf, type RankerSpec, sizeOf } from "../../src/ranker/ranker-spec.ts";

const extents = { users: 6040, items: 3706 };

/** name [shape] role, one line each. */
function listing(spec: RankerSpec): string[] {
  return parametersOf(spec).map(({ name, shape, role }) => `${name} [${shape.join(", ")}] ${role}`);
}

describe("parametersOf", () => {
  it("lists NeuMF with its tower of 64-32-16-8", () => {
    expect(listing(rankerSpecOf("neumf", extents))).toEqual([
      "userGmf [6040, 8] embedding",
      "itemGmf [3706, 8] embedding",
      "userMlp [6040, 32] embedding",
      "itemMlp [3706, 32] embedding",
      "tower.0.weight [32, 64] dense",
      "tower.0.bias [32] bias",
      "tower.1.weight [16, 32] dense",
      "tower.1.bias [16] bias",
      "tower.2.weight [8, 16] dense",
      "tower.2.bias [8] bias",
      "head.weight [16] head", // 8 products and 8 tower units
      "head.bias [1] bias",
    ]);
  });

  it("lists MF with id biases and without a head weight", () => {
    expect(listing(rankerSpecOf("mf", extents))).toEqual([
      "userDot [6040, 64] embedding",
      "itemDot [3706, 64] embedding",
      "userBias [6040] bias",
      "itemBias [3706] bias",
      "head.bias [1] bias",
    ]);
  });

  it("hands the concatenation to the head when the tower is empty", () => {
    const spec = rankerSpecOf("mlp", { ...extents, shape: { embedding: 5, tower: [] } });
    expect(headWidth(spec)).toBe(10);
    expect(listing(spec)).toContain("head.weight [10] head");
  });
});

describe("sizeOf", () => {
  it("multiplies the extents", () => {
    expect(sizeOf([3, 4])).toBe(12);
    expect(sizeOf([7])).toBe(7);
  });
});

describe("rankerSpecOf", () => {
  it("puts the caller's sizes over the preset, for every model", () => {
    for (const model of modelNames) {
      expect(rankerSpecOf(model, extents)).toEqual({ ...rankerPresets[model], ...extents });
      expect(rankerSpecOf(model, { ...extents, shape: { dot: 5 } }).dot).toBe(5);
    }
  });

  it("refuses sizes that make no ranker", () => {
    expect(() => rankerSpecOf("gmf", { ...extents, shape: { gmf: 0 } })).toThrow(ConfigError);
  });
});

describe("checkRankerSpec", () => {
  const good = rankerSpecOf("neumf", extents);

  it("names every setting that cannot be, at once", () => {
    const bad = { ...good, users: 0, items: 2.5, gmf: -1, tower: [4, 0] };
    expect(() => checkRankerSpec(bad)).toThrow(
      new ConfigError(
        [
          "ranker.users is 0, expected a whole number of at least 1",
          "ranker.items is 2.5, expected a whole number of at least 1",
          "ranker.gmf is -1, expected a whole number of at least 0",
          "ranker.tower[1] is 0, expected a whole number of at least 1",
        ].join("\n"),
      ),
    );
  });

  it("refuses a tower without an embedding, and no path at all", () => {
    expect(() => checkRankerSpec({ ...good, embedding: 0 })).toThrow(/tower has layers but ranker\.embedding is 0/);
    expect(() => checkRankerSpec({ ...good, embedding: 0, gmf: 0, tower: [] })).toThrow(/has no path/);
  });
});

/** Items alike, by hand: of a dot product, of GMF under its head, and of a tower by what enters its first layer. */
import { describe, expect, it } from "@jest/globals";
import { itemVectors, openSimilarItems } from "../../src/scoring/similar-items.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const base = { ...noPaths, users: 1, items: 4 };

describe("similar items", () => {
  const spec = { ...base, dot: 2, idBiases: true, cosineTemperature: null };
  const parameters = new Map([
    ["userDot", Float32Array.of(1, 1)],
    ["itemDot", Float32Array.of(3, 4, 6, 8, 4, -3, 0, 0)],
    ["userBias", Float32Array.of(0)],
    ["itemBias", Float32Array.of(9, -9, 0, 0)],
    ["head.bias", Float32Array.of(0)],
  ]);
  const similar = openSimilarItems(spec, parameters);

  it("are those of the greatest cosine, whatever their length and bias; a row of zeros is like none", () => {
    // (3, 4) and (6, 8) point one way, (4, -3) stands across: 12 - 12 = 0, as (0, 0) does.
    const { items, scores } = similar.top(0, 3, new Uint32Array(0));
    expect([...items]).toEqual([1, 2, 3]);
    expect(scores[0]).toBeCloseTo(1, 6);
    expect([...scores.subarray(1)]).toEqual([0, 0]);
  });

  it("leave out the item itself and what is excluded", () => {
    const { items, scores } = similar.top(1, 3, Uint32Array.of(3));
    expect([...items]).toEqual([0, 2, 2 ** 32 - 1]);
    expect(scores[2]).toBe(Number.NEGATIVE_INFINITY);
    expect(() => similar.top(4, 1, new Uint32Array(0))).toThrow("item index is 4, expected below 4");
  });
});

describe("what a ranker knows of an item", () => {
  const items = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  it("is its GMF row times the head", () => {
    const parameters = new Map([
      ["userGmf", Float32Array.of(1, 1)],
      ["itemGmf", items],
      ["head.weight", Float32Array.of(2, -1)],
      ["head.bias", Float32Array.of(0)],
    ]);
    expect([...itemVectors({ ...base, gmf: 2 }, parameters)]).toEqual([2, -2, 6, -4, 10, -6, 14, -8]);
  });

  it("is its dot row at unit length, where that path is a cosine", () => {
    const parameters = new Map([
      ["userDot", Float32Array.of(1, 1)],
      ["itemDot", Float32Array.of(3, 4, 0, 2, -5, 0, 6, 8)],
      ["head.bias", Float32Array.of(0)],
    ]);
    const vectors = itemVectors({ ...base, dot: 2, cosineTemperature: 0.5 }, parameters);
    for (const [k, value] of [0.6, 0.8, 0, 1, -1, 0, 0.6, 0.8].entries()) expect(vectors[k]).toBeCloseTo(value, 6);
  });

  it("is what it sends into the tower's first layer, or into the head where there is no layer", () => {
    const tables = [
      ["userMlp", Float32Array.of(1, 1)],
      ["itemMlp", items],
    ] as const;
    const tower = new Map([
      ...tables,
      ["tower.0.weight", Float32Array.of(9, 9, 1, -1)], // the user's half, then the item's
      ["tower.0.bias", Float32Array.of(5)],
      ["head.weight", Float32Array.of(1)],
      ["head.bias", Float32Array.of(0)],
    ]);
    expect([...itemVectors({ ...base, embedding: 2, tower: [1] }, tower)]).toEqual([-1, -1, -1, -1]);
    const plain = new Map([...tables, ["head.weight", Float32Array.of(9, 9, 3, 1)], ["head.bias", Float32Array.of(0)]]);
    expect([...itemVectors({ ...base, embedding: 2 }, plain)]).toEqual([3, 2, 9, 4, 15, 6, 21, 8]);
  });
});

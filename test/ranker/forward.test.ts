import { describe, expect, it } from "@jest/globals";
import { openForward } from "../../src/ranker/forward.ts";
import { parametersOf, type RankerSpec, sizeOf } from "../../src/ranker/ranker-spec.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const nothing: RankerSpec = { ...noPaths, users: 2, items: 2 };

/** Zeros but for what is given; exact in float32. */
function parametersWith(
  spec: RankerSpec,
  given: Readonly<Record<string, readonly number[]>>,
): Map<string, Float32Array> {
  return new Map(
    parametersOf(spec).map(({ name, shape }) => [
      name,
      Float32Array.from(given[name] ?? new Array(sizeOf(shape)).fill(0)),
    ]),
  );
}

describe("openForward", () => {
  it("adds the dot product, both id biases and the head's bias", () => {
    const spec = { ...nothing, dot: 2, idBiases: true };
    const { logit, layers } = openForward(
      spec,
      parametersWith(spec, {
        userDot: [9, 9, 1, 2],
        itemDot: [3, 4, 9, 9],
        userBias: [9, 0.5],
        itemBias: [0.25, 9],
        "head.bias": [-1],
      }),
    );
    expect(logit(1, 0)).toBe(10.75); // 1*3 + 2*4 + 0.5 + 0.25 - 1
    expect(layers).toEqual([]);
  });

  it("weighs the products of the GMF path with the head", () => {
    const spec = { ...nothing, gmf: 2 };
    const { logit } = openForward(
      spec,
      parametersWith(spec, { userGmf: [1, 2, 9, 9], itemGmf: [9, 9, 3, -4], "head.weight": [0.5, 0.25] }),
    );
    expect(logit(0, 1)).toBe(-0.5); // 0.5 * 1 * 3 + 0.25 * 2 * -4
  });

  it("sends [user | item] through the tower and its last layer through the head's second part", () => {
    const spec = { ...nothing, gmf: 1, embedding: 1, tower: [5, 2] };
    const { logit, layers } = openForward(
      spec,
      parametersWith(spec, {
        userGmf: [1, 0],
        itemGmf: [0, 2],
        userMlp: [1, 0],
        itemMlp: [0, 2],
        // five units, so that one falls outside the loop's groups of four: x = [1, 2]
        "tower.0.weight": [1, 1, 1, -1, -1, 1, 0, 2, 3, 0],
        "tower.0.bias": [0, 0, 0, 1, -2],
        "tower.1.weight": [1, 1, 1, 1, 1, -1, 0, 0, 0, 0],
        "tower.1.bias": [0.5, 1],
        "head.weight": [10, 2, 3],
        "head.bias": [0.125],
      }),
    );
    // first layer: 1+2 = 3; 1-2 = -1 -> 0; -1+2 = 1; 4+1 = 5; 3-2 = 1.  second: 3+0+1+5+1+0.5 = 10.5; -3+1 = -2 -> 0
    expect(logit(0, 1)).toBe(41.125); // 10 * (1 * 2) + 2 * 10.5 + 3 * 0 + 0.125
    expect(layers.map((layer) => [...layer])).toEqual([
      [1, 2],
      [3, 0, 1, 5, 1],
      [10.5, 0],
    ]);
  });

  it("hands the concatenation to the head when the tower is empty", () => {
    const spec = { ...nothing, embedding: 2 };
    const { logit } = openForward(
      spec,
      parametersWith(spec, { userMlp: [1, 2, 0, 0], itemMlp: [3, -4, 0, 0], "head.weight": [1, 10, 100, 1000] }),
    );
    expect(logit(0, 0)).toBe(-3679); // 1 + 20 + 300 - 4000, negative values kept: no ReLU
  });

  it("lets a NaN weight of the tower reach the logit instead of hiding it behind the ReLU", () => {
    const spec = { ...nothing, embedding: 1, tower: [1] };
    const { logit } = openForward(
      spec,
      parametersWith(spec, { "tower.0.weight": [Number.NaN, 0], "head.weight": [1] }),
    );
    expect(logit(0, 0)).toBeNaN();
  });

  it("refuses parameters of another ranker", () => {
    const spec = { ...nothing, gmf: 1 };
    expect(() => openForward({ ...spec, dot: 1 }, parametersWith(spec, {}))).toThrow(/parameters have no userDot/);
  });
});

import { describe, expect, it } from "@jest/globals";
import { carryParameters, carryRanker, NO_ROW } from "../../src/ranker/carry-rows.ts";
import { type Parameters, parametersOf, type RankerSpec, sizeOf } from "../../src/ranker/ranker-spec.ts";

const there: RankerSpec = {
  users: 3,
  items: 2,
  dot: 2,
  gmf: 1,
  embedding: 2,
  tower: [2],
  idBiases: true,
  cosineTemperature: null,
};

/** Every value tells its tensor and its place: 100 times the tensor's number, and the index in it. */
function told(spec: RankerSpec, sign = 1): Parameters {
  return new Map(
    parametersOf(spec).map(({ name, shape }, tensor) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, (_, index) => sign * (100 * (tensor + 1) + index)),
    ]),
  );
}

describe("carryParameters", () => {
  // Users here: a new one, the third there, the first there. Items: the second there, two new ones.
  const sources = { users: Uint32Array.of(NO_ROW, 2, 0), items: Uint32Array.of(1, NO_ROW, NO_ROW) };
  const spec = { ...there, users: 3, items: 3 };
  const carried = carryParameters(told(there), sources, { spec, initial: told(spec, -1) });

  it("takes rows with their ids, and those of new ids from the initial values", () => {
    // userDot is the first tensor, two wide: row 2 is 104 and 105, row 0 is 100 and 101.
    expect(Array.from(carried.get("userDot")!)).toEqual([-100, -101, 104, 105, 100, 101]);
    expect(Array.from(carried.get("itemDot")!)).toEqual([202, 203, -202, -203, -204, -205]);
    // userBias is the seventh, one wide.
    expect(Array.from(carried.get("userBias")!)).toEqual([-700, 702, 700]);
  });

  it("takes layers as they are, in arrays of their own", () => {
    const parameters = told(there);
    const again = carryParameters(parameters, sources, { spec, initial: told(spec, -1) });
    for (const name of ["tower.0.weight", "tower.0.bias", "head.weight", "head.bias"]) {
      expect(again.get(name)).toEqual(parameters.get(name));
      expect(again.get(name)).not.toBe(parameters.get(name));
    }
  });

  it("leaves what it was given as it was", () => {
    const initial = told(spec, -1);
    carryParameters(told(there), sources, { spec, initial });
    expect(initial).toEqual(told(spec, -1));
  });
});

it("a ranker that is carried for known ids alone has zeros for the others", () => {
  const sources = { users: Uint32Array.of(1), items: Uint32Array.of(NO_ROW, 0) };
  const { spec, parameters } = carryRanker({ spec: there, parameters: told(there) }, sources, { users: 1, items: 2 });
  expect(spec).toEqual({ ...there, users: 1, items: 2 });
  expect(Array.from(parameters.get("itemDot")!)).toEqual([0, 0, 200, 201]);
  expect(Array.from(parameters.get("userGmf")!)).toEqual([301]);
});

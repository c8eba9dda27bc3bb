import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { openForward } from "../../src/ranker/forward.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { extentsOf, firstEntry, foldSides, mixRowInto, noSides } from "../../src/ranker/side.ts";
import { everything, float64, randomParameters, rankerCases } from "../support/engines/engine-cases.ts";
import { noPaths } from "../support/engines/no-paths.ts";
import { sideCases, sideOfEntries, specOfRows } from "../support/engines/side-cases.ts";

describe("a side", () => {
  // Entity 0 is id 0 and half of each of two values, entity 1 the second value alone: it has no id.
  const side = sideOfEntries(
    [
      [
        [0, 1],
        [2, 0.5],
        [3, 0.5],
      ],
      [[3, -2]],
    ],
    { ids: 2, features: 2 },
  );

  it("is a weighted sum of rows", () => {
    const table = Float32Array.of(1, 2, 100, 200, 4, 6, -1, 8); // [4, 2]
    const out = new Float32Array(4); // [2, 2]
    mixRowInto(side, { entity: 0, isWithoutId: false }, { table, width: 2 }, out);
    expect([...out]).toEqual([1 + 2 - 0.5, 2 + 3 + 4, 0, 0]);
    mixRowInto(side, { entity: 1, isWithoutId: false }, { table, width: 2 }, out);
    expect([...out]).toEqual([2.5, 9, 2, -16]);
  });

  it("may be without the id that it has", () => {
    const table = Float32Array.of(1, 2, 100, 200, 4, 6, -1, 8); // [4, 2]
    const out = new Float32Array(4); // [2, 2]
    for (const entity of [0, 1]) mixRowInto(side, { entity, isWithoutId: true }, { table, width: 2 }, out);
    expect([...out]).toEqual([2 - 0.5, 3 + 4, 2, -16]);
    expect([firstEntry(side, 0, true), firstEntry(side, 1, true)]).toEqual([1, 3]);
  });

  it("is folded into tables of its entities, biases too; the other side's stay as they are", () => {
    const spec: RankerSpec = { ...noPaths, users: 4, items: 2, dot: 1, idBiases: true };
    const parameters = new Map([
      ["userDot", Float32Array.of(1, 100, 4, -1)],
      ["itemDot", Float32Array.of(7, 8)],
      ["userBias", Float32Array.of(0.5, 100, 2, 6)],
      ["itemBias", Float32Array.of(0.25, 0.125)],
      ["head.bias", Float32Array.of(3)],
    ]);
    const folded = foldSides(spec, parameters, { users: side, items: null });
    expect(folded.spec).toEqual({ ...spec, users: 2 });
    expect([...folded.parameters.keys()]).toEqual([...parameters.keys()]);
    expect([...folded.parameters.get("userDot")!]).toEqual([1 + 2 - 0.5, 2]);
    expect([...folded.parameters.get("userBias")!]).toEqual([0.5 + 1 + 3, -12]);
    for (const name of ["itemDot", "itemBias", "head.bias"])
      expect(folded.parameters.get(name)).toBe(parameters.get(name));
    // (2.5 x 8) + 4.5 + 0.125 + 3
    expect(openForward(folded.spec, folded.parameters).logit(0, 1)).toBe(27.625);
  });

  it("of ids alone costs nothing: the same ranker", () => {
    const parameters = randomParameters(everything, float64);
    const folded = foldSides(everything, parameters, noSides);
    expect(folded.spec).toBe(everything);
    expect(folded.parameters).toBe(parameters);
    expect(extentsOf(everything, noSides)).toEqual({ users: everything.users, items: everything.items });
  });

  it("mixes linearly: representations of a sum of tables are the sum of representations", () => {
    const entry = fc.tuple(fc.nat(5), fc.integer({ min: -8, max: 8 }));
    const entries = fc.array(fc.uniqueArray(entry, { selector: ([row]) => row, maxLength: 4 }), { minLength: 1 });
    const tableOf = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(entries, tableOf, tableOf, (lists, a, b) => {
        const matrix = sideOfEntries(lists, { ids: 0, features: 6 });
        const mixed = (table: readonly number[]) => {
          const out = new Float64Array(2 * lists.length);
          for (const entity of lists.keys())
            mixRowInto(matrix, { entity, isWithoutId: false }, { table: Float64Array.from(table), width: 2 }, out);
          return out;
        };
        const [ofA, ofB] = [mixed(a), mixed(b)];
        // Whole numbers: exact.
        expect([...mixed(a.map((value, k) => value + b[k]!))]).toEqual([...ofA].map((value, k) => value + ofB[k]!));
      }),
    );
  });
});

describe.each(sideCases)("folding $name", ({ sidesOf }) => {
  it.each(rankerCases)("gives the tables X times table of $name", ({ spec: entities }) => {
    const sides = sidesOf(entities);
    const spec = specOfRows(entities, sides);
    const parameters = randomParameters(spec, float64);
    const folded = foldSides(spec, parameters, sides);
    expect(folded.spec).toEqual(entities);
    for (const [name, values] of folded.parameters) {
      const side = name.startsWith("user") ? sides.users : name.startsWith("item") ? sides.items : null;
      const table = parameters.get(name)!;
      if (side === null) {
        expect(values).toBe(table);
        continue;
      }
      const width = table.length / side.rows;
      const dense = Array.from({ length: side.entities }, () => new Float64Array(side.rows));
      for (const [entity, row] of dense.entries())
        for (let k = side.offsets[entity]!; k < side.offsets[entity + 1]!; k++)
          row[side.rowIndices[k]!] = side.weights[k]!;
      for (const [at, value] of values.entries()) {
        const [entity, i] = [Math.floor(at / width), at % width];
        expect(value).toBeCloseTo(
          dense[entity]!.reduce((sum, weight, row) => sum + weight * table[row * width + i]!, 0),
          14, // float64 sums of at most 7 terms of order 1
        );
      }
    }
  });
});

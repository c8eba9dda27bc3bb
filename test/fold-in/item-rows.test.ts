/** The fast products of fold-in against their definitions, for any number of items and any width. */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { addOuterProducts, addTransposed, products } from "../../src/fold-in/item-rows.ts";

const sizes = fc.record({ items: fc.integer({ min: 0, max: 21 }), width: fc.integer({ min: 1, max: 7 }) });
/** Reproducible values of either sign. */
const values = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, k) => Math.fround(Math.sin(1 + k * 12.9898 + seed * 78.233)));
const closeTo = (found: ArrayLike<number>, expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 12); // sums in another order
};

it("products are constants plus inner products", () => {
  fc.assert(
    fc.property(sizes, ({ items, width }) => {
      const [features, row, constants] = [values(items * width, 1), values(width, 2), values(items, 3)];
      const out = new Float64Array(items);
      products(Float32Array.from(features), Float64Array.from(row), Float64Array.from(constants), out);
      const dot = (k: number) => row.reduce((sum, x, i) => sum + x * features[k * width + i]!, constants[k]!);
      closeTo(
        out,
        Array.from({ length: items }, (_, k) => dot(k)),
      );
    }),
  );
});

it("the transposed product is the weighted sum of rows, added to what was there", () => {
  fc.assert(
    fc.property(sizes, ({ items, width }) => {
      const [features, slopes, before] = [values(items * width, 4), values(items, 5), values(width, 6)];
      const gradient = Float64Array.from(before);
      addTransposed(Float32Array.from(features), Float64Array.from(slopes), gradient);
      const sum = (i: number) =>
        slopes.reduce((total, slope, k) => total + slope * features[k * width + i]!, before[i]!);
      closeTo(
        gradient,
        Array.from({ length: width }, (_, i) => sum(i)),
      );
    }),
  );
});

it("outer products fill the lower triangle and leave the upper one", () => {
  fc.assert(
    fc.property(sizes, ({ items, width }) => {
      const [features, curvatures] = [values(items * width, 7), values(items, 8)];
      const matrix = new Float64Array(width * width).fill(0.5);
      addOuterProducts(Float32Array.from(features), Float64Array.from(curvatures), matrix);
      const entry = (i: number, j: number) =>
        j > i
          ? 0.5
          : curvatures.reduce((sum, c, k) => sum + c * features[k * width + i]! * features[k * width + j]!, 0.5);
      closeTo(
        matrix,
        Array.from({ length: width * width }, (_, at) => entry(Math.floor(at / width), at % width)),
      );
    }),
  );
});

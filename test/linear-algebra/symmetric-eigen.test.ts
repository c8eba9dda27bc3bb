/** Jacobi's eigenvalues and vectors. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { symmetricEigen } from "../../src/linear-algebra/symmetric-eigen.ts";

describe("symmetricEigen", () => {
  it("finds 3 and 1 with (1, 1) and (1, -1) for [[2, 1], [1, 2]]", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values].map((value) => Number(value.toFixed(12)))).toEqual([3, 1]);
    expect(vectors[0]! * vectors[1]!).toBeCloseTo(1 / 2, 12);
    expect(vectors[2]! * vectors[3]!).toBeCloseTo(-1 / 2, 12);
  });

  it("gives unit vectors with A v = value v, values descending", () => {
    const size = 5;
    const entries = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(entries, (values) => {
        const a = Float64Array.from(values, (_, place) => {
          const [row, column] = [Math.floor(place / size), place % size];
          return values[row * size + column]! + values[column * size + row]!;
        });
        const eigen = symmetricEigen(a, size);
        for (let k = 0; k < size; k++) {
          const v = eigen.vectors.subarray(k * size, (k + 1) * size);
          expect(v.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 10);
          if (k > 0) expect(eigen.values[k]).toBeLessThanOrEqual(eigen.values[k - 1]!);
          for (let row = 0; row < size; row++) {
            const product = v.reduce((sum, x, column) => sum + a[row * size + column]! * x, 0);
            expect(Math.abs(product - eigen.values[k]! * v[row]!)).toBeLessThan(1e-9); // entries up to 20
          }
        }
      }),
    );
  });
});

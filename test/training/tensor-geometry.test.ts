/** Lengths and angles on triangles whose sides are known. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { angleBetween, norm, relativeDisplacement, rowNorms, tangentNorm } from "../../src/training/tensor-geometry.ts";

const vector = (...values: number[]) => Float64Array.from(values);

describe("tensor geometry", () => {
  it("measures norms of tensors and of their rows", () => {
    expect(norm(vector(3, 4))).toBe(5);
    expect([...rowNorms(vector(3, 4, 5, 12), 2)]).toEqual([5, 13]);
  });

  it("keeps only the part of a gradient that turns the weights", () => {
    // w = (2, 0): of g = (5, 3) the radial 5 goes, 3 stays.
    expect(tangentNorm(vector(5, 3), vector(2, 0), 1)).toBe(3);
    // By rows w = (2, 0) and (0, 7): 3 stays of the first, 4 of the second.
    expect(tangentNorm(vector(5, 3, 4, 9), vector(2, 0, 0, 7), 2)).toBe(5);
    // A row of zeros has no direction to keep away from.
    expect(tangentNorm(vector(3, 4), vector(0, 0), 1)).toBe(5);
  });

  it("is orthogonal: radial and tangent parts make up the whole", () => {
    const three = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, three, (g, w) => {
        const gradient = vector(...g);
        const weights = vector(...w);
        fc.pre(norm(weights) > 1e-3);
        const radial = g.reduce((sum, value, i) => sum + value * w[i]!, 0) / norm(weights);
        expect(Math.hypot(radial, tangentNorm(gradient, weights, 1))).toBeCloseTo(norm(gradient), 8); // values up to 16
      }),
    );
  });

  it("measures how far a tensor moved, relative to where it was", () => {
    expect(relativeDisplacement(vector(3, 4), vector(3, 14))).toBe(2); // 10 / 5
    expect(relativeDisplacement(vector(0, 0), vector(1, 0))).toBe(Infinity);
  });

  it("measures angles, also tiny ones and whatever the lengths", () => {
    expect(angleBetween(vector(1, 0), vector(0, 5))).toBeCloseTo(Math.PI / 2, 12);
    expect(angleBetween(vector(2, 0), vector(-1, 0))).toBeCloseTo(Math.PI, 12);
    // atan(1e-9); the arc cosine of a dot product would give 0 here.
    expect(angleBetween(vector(1, 0), vector(1, 1e-9))).toBeCloseTo(1e-9, 18);
    expect(angleBetween(vector(0, 0), vector(1, 0))).toBeNaN();
  });
});

/** The least of functions whose least is known. */
import { describe, expect, it } from "@jest/globals";
import { minimize } from "../../src/fold-in/minimize.ts";

const plainly = { tolerance: 1e-10, mostIterations: 100, precondition: () => {} };

describe("the least of a function", () => {
  it("of a parabola is its vertex, in one step where the preconditioner is its curvature", () => {
    // (x - 3)^2 + 10 (y + 1)^2: slopes 2 (x - 3), 20 (y + 1); curvatures 2 and 20.
    const parabola = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 2 * (x[0]! - 3);
      gradient[1] = 20 * (x[1]! + 1);
      return (x[0]! - 3) ** 2 + 10 * (x[1]! + 1) ** 2;
    };
    const precondition = (g: Float64Array): void => {
      g[0]! /= 2;
      g[1]! /= 20;
    };
    const { x, value, iterations } = minimize(parabola, Float64Array.of(0, 0), { ...plainly, precondition });
    expect([...x, value, iterations]).toEqual([3, -1, 0, 1]);
    const unaided = minimize(parabola, Float64Array.of(0, 0), plainly);
    expect(unaided.x[0]).toBeCloseTo(3, 8);
    expect(unaided.x[1]).toBeCloseTo(-1, 8);
  });

  it("is found along a bent valley", () => {
    // Rosenbrock 1960: (1 - x)^2 + 100 (y - x^2)^2, least 0 at (1, 1).
    const valley = (x: Float64Array, gradient: Float64Array): number => {
      const [a, b] = [1 - x[0]!, x[1]! - x[0]! ** 2];
      gradient[0] = -2 * a - 400 * x[0]! * b;
      gradient[1] = 200 * b;
      return a * a + 100 * b * b;
    };
    const { x } = minimize(valley, Float64Array.of(-1.2, 1), plainly);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 6);
  });

  it("is not looked for beyond the iterations allowed, nor where the start is it", () => {
    const square = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 2 * x[0]!;
      return x[0]! ** 2;
    };
    expect(minimize(square, Float64Array.of(5), { ...plainly, mostIterations: 0 })).toMatchObject({ iterations: 0 });
    expect(minimize(square, Float64Array.of(0), plainly)).toMatchObject({ iterations: 0, value: 0 });
    const start = Float64Array.of(0);
    minimize(square, start, plainly).x[0] = 7; // the caller's to change
    expect(start[0]).toBe(0);
  });
});

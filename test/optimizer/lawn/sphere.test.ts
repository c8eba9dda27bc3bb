import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { float32Ops, float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import { blockDots, blockNorms, retract, tangentProjection } from "../../../src/optimizer/lawn/sphere.ts";
import type { LawnGroup } from "../../../src/optimizer/lawn-blocks.ts";
import { expectValues } from "../../support/engines/one-tensor.ts";

const ops = float64Ops();
const f64 = (...values: number[]) => Float64Array.from(values);

/** Not so small that squares vanish, nor so large that they overflow; both signs. */
const component = fc
  .tuple(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.boolean())
  .map(([size, isNegative]) => (isNegative ? -size : size));

/** `rows` blocks over tensors of the given widths. */
const groupOf = (rows: number, ...widths: number[]): LawnGroup => ({
  name: "test",
  rows,
  members: widths.map((width, i) => ({
    info: { name: `${i}`, shape: [rows, width], role: "dense" },
    blocks: { size: rows * width, rows },
  })),
});

describe("block dots and norms", () => {
  it("run over rows, and over all members of a row", () => {
    // Rows [1, 2 | 3] and [4, 5 | 6]
    const group = groupOf(2, 2, 1);
    const x = [f64(1, 2, 4, 5), f64(3, 6)];
    expectValues(blockDots(ops, group, x, x), [14, 77]);
    expectValues(blockNorms(ops, groupOf(1, 2), [f64(3, 4)]), [5]);
  });
});

describe("tangent projection", () => {
  it("takes away the part along w", () => {
    // <w, x> / ||w||^2 = 25 / 25 = 1: [7, 1] - [3, 4]
    const [tangent] = tangentProjection(ops, groupOf(1, 2), [f64(3, 4)])([f64(7, 1)]);
    expectValues(tangent, [4, -3]);
  });

  it("sees a block whole when it lies in two tensors", () => {
    // w = [3 | 4], x = [7 | 1], as above
    const [first, second] = tangentProjection(ops, groupOf(1, 1, 1), [f64(3), f64(4)])([f64(7), f64(1)]);
    expectValues(first, [4]);
    expectValues(second, [-3]);
  });

  it("leaves vectors at a vanished w as they are", () => {
    const [tangent] = tangentProjection(ops, groupOf(2, 2), [f64(0, 0, 3, 4)])([f64(7, 1, 7, 1)]);
    expectValues(tangent, [7, 1, 4, -3]);
  });

  it("gives vectors orthogonal to w, no longer than before, and changes those no more", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(component, component), { minLength: 2, maxLength: 30 }), (pairs) => {
        const w = Float64Array.from(pairs, ([value]) => value);
        const x = Float64Array.from(pairs, ([, value]) => value);
        const group = groupOf(1, w.length);
        const project = tangentProjection(ops, group, [w]);
        const tangent = project([x]);
        const norm = (v: Float64Array) => Math.hypot(...v);
        // 1e-14: some tens of float64 roundings of 1.1e-16 each, relative to the lengths involved
        expect(Math.abs(blockDots(ops, group, [w], tangent)[0]!)).toBeLessThanOrEqual(1e-14 * norm(w) * norm(x));
        expect(norm(tangent[0]!)).toBeLessThanOrEqual(norm(x) * (1 + 1e-14));
        const again = project(tangent)[0]!;
        expect(norm(again.map((value, i) => value - tangent[0]![i]!))).toBeLessThanOrEqual(1e-14 * norm(x));
      }),
    );
  });
});

describe("retraction", () => {
  it("brings a vector to the stored radius", () => {
    const { weights, kept } = retract(ops, groupOf(1, 2), { from: [f64(5, 0)], to: [f64(6, 8)], radii: f64(5) });
    expectValues(weights[0], [3, 4]);
    expectValues(kept, [0]);
  });

  it("treats a sphere of radius 0 as a point: its block stays, and is not counted as kept", () => {
    const { weights, kept } = retract(ops, groupOf(2, 1), { from: [f64(0, 2)], to: [f64(9, 4)], radii: f64(0, 2) });
    expectValues(weights[0], [0, 2]);
    expectValues(kept, [0, 0]);
  });

  it("keeps a block whose step led to the centre, and counts it", () => {
    const input = { from: [f64(3, 2)], to: [f64(0, 4)], radii: f64(3, 2) };
    const { weights, kept } = retract(ops, groupOf(2, 1), input);
    expectValues(weights[0], [3, 2]);
    expectValues(kept, [1, 0]);
  });

  it("draws the lines at a norm of 1e-12, which counts as vanished", () => {
    const input = { from: [f64(3, 3)], to: [f64(1e-12, 1.1e-12)], radii: f64(3, 3) };
    expectValues(retract(ops, groupOf(2, 1), input).kept, [1, 0]);
    const points = { from: [f64(3, 3)], to: [f64(1, 1)], radii: f64(1e-12, 1.1e-12) };
    expectValues(retract(ops, groupOf(2, 1), points).weights[0], [3, 1.1e-12]);
  });

  it("does not hide a weight that is not a number", () => {
    const { weights, kept } = retract(ops, groupOf(1, 2), {
      from: [f64(3, 4)],
      to: [f64(Number.NaN, 1)],
      radii: f64(5),
    });
    expect([...weights[0]!].some(Number.isNaN)).toBe(true);
    expectValues(kept, [0]);
  });

  it("gives the stored norm in float32 for vectors of any length and scale", () => {
    const single = float32Ops();
    fc.assert(
      fc.property(
        fc.array(component, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (values, radius) => {
          const to = Float32Array.from(values);
          const input = { from: [to], to: [to], radii: f64(radius) };
          const { weights } = retract(single, groupOf(1, to.length), input);
          // 6e-8 is float32's rounding of each value; no error of the sum adds to it
          expect(Math.abs(Math.hypot(...weights[0]!) / radius - 1)).toBeLessThan(6.1e-8);
        },
      ),
    );
  });
});

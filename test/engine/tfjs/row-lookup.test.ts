import { describe, expect, it } from "@jest/globals";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { lookUpRows } from "../../../src/engine/tfjs/row-lookup.ts";
import { testedBackends, useBackend } from "../../support/engines/tfjs-backends.ts";

describe.each(testedBackends)("row lookup on tfjs %s", (backend) => {
  it("takes rows, repeated ones too", async () => {
    const tf = await useBackend(backend);
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const rows = lookUpRows(tf, table, tf.tensor1d([2, 0, 2], "int32"), 0);
    expect(await rows.array()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ]);
  });

  it("adds up the slopes of a repeated row and leaves the others 0", async () => {
    const tf = await useBackend(backend);
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const slopes = tf.tensor2d([1, 10, 2, 20, 4, 40], [3, 2]);
    const indices = tf.tensor1d([2, 0, 2], "int32");
    const gradient = tf.grad((x: Tensor) => tf.sum(tf.mul(lookUpRows(tf, x as Tensor2D, indices, 0), slopes)))(table);
    // Row 2 was looked up first and last: [1 + 4, 10 + 40].
    expect(await gradient.array()).toEqual([
      [2, 20],
      [0, 0],
      [5, 50],
    ]);
  });

  it("has the slope of central differences", async () => {
    const tf = await useBackend(backend);
    const indices = tf.tensor1d([1, 3, 1, 1, 0], "int32");
    const values = Float32Array.from({ length: 8 }, (_, i) => Math.sin(2.1 * i));
    // Cubes, so that a repeated row's slope depends on its values.
    const f = (x: Tensor): Scalar => tf.sum(tf.pow(lookUpRows(tf, x as Tensor2D, indices, 0), tf.scalar(3, "int32")));
    const gradient = await tf
      .grad(f)(tf.tensor2d(values, [4, 2]))
      .data();
    const h = 2 ** -6;
    const at = (i: number, by: number) =>
      f(
        tf.tensor2d(
          values.map((v, k) => (k === i ? v + by : v)),
          [4, 2],
        ),
      ).dataSync()[0]!;
    for (let i = 0; i < values.length; i++) {
      // Of a cube the central difference is off by h^2 = 2.4e-4 for each of at most 3 repeats, and
      // by float32 over 2 h: 1e-5.
      expect(Math.abs((at(i, h) - at(i, -h)) / (2 * h) - gradient[i]!)).toBeLessThan(1e-3);
    }
  });
});

/** The filter's derivative that the image example brings for wasm, held to the one of the cpu backend. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { Rank, Tensor4D } from "@tensorflow/tfjs-core";
import { useBackend } from "../../../support/engines/tfjs-backends.ts";

const folder = path.resolve(import.meta.dirname, "../../../../docs/examples/images");
const { registerFilterGradient } = await import(path.join(folder, "wasm-filter-gradient.mjs"));

interface Case {
  readonly what: string;
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly strides: [number, number];
  readonly pad: "valid" | "same";
}

const cases: readonly Case[] = [
  { what: "a row of points, stride 2", x: [3, 1, 11, 2], filter: [1, 5, 2, 4], strides: [1, 2], pad: "valid" },
  { what: "a picture, stride 2", x: [2, 9, 8, 1], filter: [3, 3, 1, 3], strides: [2, 2], pad: "valid" },
  { what: "a picture with edges", x: [2, 6, 7, 3], filter: [3, 5, 3, 2], strides: [1, 1], pad: "same" },
  { what: "edges and strides", x: [1, 7, 6, 2], filter: [3, 2, 2, 2], strides: [2, 3], pad: "same" },
];

describe("the derivative of a convolution by its filter on wasm", () => {
  it.each(cases)("is that of the cpu backend: $what", async ({ x, filter, strides, pad }) => {
    const gradient = async (backend: "cpu" | "wasm") => {
      const tf = await useBackend(backend);
      registerFilterGradient();
      const input = tf.randomNormal<Rank.R4>(x, 0, 1, "float32", 1);
      const filters = tf.randomNormal<Rank.R4>(filter, 0, 1, "float32", 2);
      const slopes = tf.randomNormal(tf.conv2d(input, filters, strides, pad).shape, 0, 1, "float32", 3);
      const loss = (variable: Tensor4D) => tf.sum(tf.mul(tf.conv2d(input, variable, strides, pad), slopes));
      return [
        ...tf
          .grad((variable) => loss(variable as Tensor4D))(filters)
          .dataSync(),
      ];
    };
    const expected = await gradient("cpu");
    const found = await gradient("wasm");
    const largest = Math.max(...expected.map(Math.abs));
    // Float32 sums of at most 84 products, in another order.
    for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * largest);
    expect(found).toHaveLength(expected.length);
  });
});

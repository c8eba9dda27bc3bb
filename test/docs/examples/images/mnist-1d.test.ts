/** The generator of MNIST-1D, and the reader of MNIST's files: what the recipe and the format say, in small. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const folder = path.resolve(import.meta.dirname, "../../../../docs/examples/images");
const { mnist1d, resampled, smoothed, strokeOf } = await import(path.join(folder, "mnist-1d.mjs"));
const { idxValues } = await import(path.join(folder, "mnist/read-mnist.mjs"));

describe("MNIST-1D", () => {
  it("has strokes that begin and end at 0, of standard deviation 1/6", () => {
    for (let digit = 0; digit < 10; digit++) {
      const stroke: readonly number[] = strokeOf(digit);
      const mean = stroke.reduce((sum, value) => sum + value, 0) / 12;
      const variance = stroke.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12;
      expect([stroke[0], stroke[11]]).toEqual([0, 0]);
      expect(Math.sqrt(variance)).toBeCloseTo(1 / 6, 12);
    }
  });

  it("stretches on straight lines and smooths by a Gaussian with mirrored ends", () => {
    expect(resampled([0, 2, 6], 5)).toEqual([0, 1, 2, 4, 6]);
    for (const value of smoothed(new Array(20).fill(3), 2)) expect(value).toBeCloseTo(3, 12); // weights add up to 1
    const bump: readonly number[] = smoothed([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2);
    expect(bump[11]! / bump[10]!).toBeCloseTo(Math.exp(-1 / 8), 12); // one of sigma 2 away
    // At the end the mirror adds the other half: of a 1 at the edge, itself and its image one further on.
    const edge: readonly number[] = smoothed([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2);
    expect(edge[0]! / bump[10]!).toBeCloseTo(1 + Math.exp(-1 / 8), 12);
  });

  it("is the same for the same seed and name, ten classes in turn, every image another", () => {
    const draw = (name: string) => mnist1d({ length: 30, seed: 1, name });
    const { images, labels } = draw("train");
    expect(draw("train").images).toEqual(images);
    expect(draw("test").images).not.toEqual(images);
    expect([...labels.slice(8, 12)]).toEqual([8, 9, 0, 1]);
    expect(images.slice(0, 40)).not.toEqual(images.slice(400, 440)); // both of class 0
    expect(images.length).toBe(30 * 40);
    expect(Math.max(...images)).toBeLessThan(2);
  });
});

describe("an IDX file", () => {
  it("is its values behind magic number and extents", () => {
    const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9);
    expect([...idxValues(bytes, "x")]).toEqual([7, 8, 9]);
  });

  it("is refused where it is cut short or something else", () => {
    expect(() => idxValues(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7), "x")).toThrow("x has 1 values, expected 2");
    expect(() => idxValues(Uint8Array.of(1, 0, 8, 1), "x")).toThrow("no IDX file");
  });
});

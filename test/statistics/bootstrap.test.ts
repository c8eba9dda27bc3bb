import { describe, expect, it } from "@jest/globals";
import { bootstrapIntervals } from "../../src/statistics/bootstrap.ts";

const options = { level: 0.95, resamples: 4000, seed: 5 };

describe("bootstrapIntervals", () => {
  it("has the standard error of the mice of Efron & Tibshirani (1993, table 2.1): 23.36", () => {
    const survivalDays = [94, 197, 16, 38, 99, 141, 23];
    const [interval] = bootstrapIntervals([[survivalDays]], options);
    // 4 standard errors: 4 x 23.36 / sqrt(2 x 4000).
    expect(Math.abs(interval!.standardError - 23.36)).toBeLessThan(1.05);
  });

  it("knows the percentiles of two users, of whom one was hit", () => {
    // Means 0, 1/2, 1 with chances 1/4, 1/2, 1/4: both ends of 95 % are the extremes.
    expect(bootstrapIntervals([[[0, 1]]], options)[0]).toMatchObject({ low: 0, high: 1 });
  });

  it("resamples seeds as well as users", () => {
    // Users alike, seeds 0 and 1: the same three means as above.
    const [crossed] = bootstrapIntervals([[new Float32Array(50), new Float32Array(50).fill(1)]], options);
    expect(crossed).toMatchObject({ low: 0, high: 1 });
    expect(Math.abs(crossed!.standardError - Math.sqrt(1 / 8))).toBeLessThan(0.02); // variance 1/4 over 2 seeds
  });

  it("is a point where nothing varies, and the same for the same seed whatever stands beside it", () => {
    const mixed = Array.from({ length: 40 }, (_, k) => (k * 7) % 5);
    const [flat, beside] = bootstrapIntervals([[new Float32Array(40).fill(0.25)], [mixed]], options);
    expect(flat).toEqual({ low: 0.25, high: 0.25, standardError: 0 });
    expect(bootstrapIntervals([[mixed]], options)[0]).toEqual(beside);
  });

  it("refuses series of different users", () => {
    expect(() => bootstrapIntervals([[[1, 2]], [[1]]], options)).toThrow("1 users, expected 2");
  });
});

/** The arithmetic behind the figures of bench/peers.mjs, by hand; the measurements themselves are no test. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const folder = path.resolve(import.meta.dirname, "../../bench/peers");
const { flopsPerSample, models, parameterCount } = await import(path.join(folder, "models.mjs"));
const { spreadOf, summarise } = await import(path.join(folder, "summary.mjs"));

describe("operations and parameters of the timed models", () => {
  it("counts every multiply-add of a dense layer three times, as two operations", () => {
    // tower 4 -> 2: 8; head over 2 + 3: 5; 6 x 13 = 78; product of 3 factors: 3 x 3 = 9
    expect(flopsPerSample({ gmf: 3, tower: [4, 2] })).toBe(87);
  });

  it("gives the default and the large model the counts that the page states", () => {
    // 6 x (2,048 + 512 + 128 + 16) + 24
    expect(flopsPerSample(models.default)).toBe(16_248);
    // 6 x (65,536 + 32,768 + 8,192 + 128) + 192
    expect(flopsPerSample(models.large)).toBe(639_936);
    // 1,025 logits of 64 factors
    expect(flopsPerSample(models.shared)).toBe(6 * 64 * 1025);
  });

  it("counts tables, tower and head with their biases", () => {
    // tables 5 rows x (3 + 2) = 25; tower (4 + 1) x 2 = 10; head 3 + 2 + 1 = 6
    expect(parameterCount({ users: 3, items: 2, dot: 0, gmf: 3, embedding: 2, tower: [4, 2] })).toBe(41);
    expect(parameterCount({ users: 3, items: 2, dot: 4, gmf: 0, embedding: 0, tower: [] })).toBe(20);
  });
});

describe("summary of repetitions", () => {
  it("takes the middle, or halfway between the two middle ones", () => {
    expect(spreadOf([3, 1, 10])).toEqual({ median: 3, min: 1, max: 10 });
    expect(spreadOf([4, 1, 10, 2])).toEqual({ median: 3, min: 1, max: 10 });
  });

  it("compares within a repetition, so that a slow machine does not change a ratio", () => {
    const entry = (speed: number) => ({
      batchSize: 8,
      samplesPerSecond: { native: 1e6 * speed, torch: 1e5 * speed },
      sgemmGigaflopsPerSecond: speed,
    });
    const repetitions = [entry(1), entry(0.25), entry(0.5)];
    const [row] = summarise({ repetitions, baseline: "native", batchSizes: [8], flops: 400 });
    expect(row.ratioOver).toEqual({ torch: { median: 10, min: 10, max: 10 } });
    // 10^6 samples x 400 operations / 10^9
    expect(row.shareOfSgemm.median).toBeCloseTo(0.4, 12);
    expect(row.samplesPerSecond.torch).toEqual({ median: 50_000, min: 25_000, max: 100_000 });
  });

  it("leaves out what was not timed", () => {
    const repetitions = [{ batchSize: 8, samplesPerSecond: { native: 5 }, sgemmGigaflopsPerSecond: null }];
    const [row] = summarise({ repetitions, baseline: "native", batchSizes: [8], flops: 400 });
    expect(row).toMatchObject({ ratioOver: {}, shareOfSgemm: null });
  });
});

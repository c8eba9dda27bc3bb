import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../../src/errors.ts";
import { compileSchedule, type LearningRateSchedule, type WarmupAndDecay } from "../../src/optimizer/learning-rate.ts";

/** 4 epochs of 5 steps. */
const horizon = { steps: 20, stepsPerEpoch: 5, epochs: 4 };
const warmup: WarmupAndDecay = {
  kind: "warmup",
  rate: 0.8,
  warmup: { amount: 4, unit: "steps" },
  decay: "linear",
  floor: 0,
};

const ratesOf = (schedule: LearningRateSchedule) => {
  const rate = compileSchedule(schedule, horizon);
  return Array.from({ length: horizon.steps }, (_, step) => rate(step));
};
const expression = (text: string) => compileSchedule({ kind: "expression", expression: text }, horizon);

describe("constant rate", () => {
  it("is the same at every step", () => {
    expect(new Set(ratesOf({ kind: "constant", rate: 0.01 }))).toEqual(new Set([0.01]));
  });

  it("refuses a rate that is negative or not a number, by its value", () => {
    expect(() => compileSchedule({ kind: "constant", rate: -1 }, horizon)).toThrow(/rate is -1, expected a finite/);
    expect(() => compileSchedule({ kind: "constant", rate: Number.NaN }, horizon)).toThrow(ConfigError);
  });
});

describe("warm-up and decay", () => {
  it("climbs in equal parts to the rate, without a step at 0", () => {
    // 0.8 * 1/4, 2/4, 3/4, 4/4
    const rates = ratesOf(warmup).slice(0, 4);
    for (const [i, expected] of [0.2, 0.4, 0.6, 0.8].entries()) expect(rates[i]).toBeCloseTo(expected, 12);
  });

  it("decays linearly over what is left, and would reach the floor one step after the last", () => {
    const rates = ratesOf(warmup);
    expect(rates[4]).toBeCloseTo(0.8, 12); // progress 0 / 16
    expect(rates[12]).toBeCloseTo(0.4, 12); // progress 8 / 16
    expect(rates[19]).toBeCloseTo(0.05, 12); // 0.8 (1 - 15/16)
    expect(compileSchedule(warmup, horizon)(20)).toBe(0);
  });

  it("decays by half a cosine", () => {
    const rates = ratesOf({ ...warmup, decay: "cosine" });
    expect(rates[4]).toBeCloseTo(0.8, 12);
    expect(rates[8]).toBeCloseTo(0.8 * 0.853553, 6); // (1 + cos(pi / 4)) / 2 = 0.853553
    expect(rates[12]).toBeCloseTo(0.4, 12); // cos(pi / 2) = 0
  });

  it("decays to its floor, not below", () => {
    const rates = ratesOf({ ...warmup, floor: 0.2 });
    expect(rates[12]).toBeCloseTo(0.5, 12); // 0.2 + (0.8 - 0.2) / 2
    expect(Math.min(...rates.slice(4))).toBeGreaterThan(0.2);
  });

  it("stays at the rate where nothing decays", () => {
    expect(new Set(ratesOf({ ...warmup, decay: "constant" }).slice(3))).toEqual(new Set([0.8]));
  });

  it("measures the warm-up in steps, epochs or a fraction of the run", () => {
    const epochs = ratesOf({ ...warmup, warmup: { amount: 2, unit: "epochs" } }); // 10 steps
    const fraction = ratesOf({ ...warmup, warmup: { amount: 0.5, unit: "fraction" } }); // 10 steps
    const steps = ratesOf({ ...warmup, warmup: { amount: 10, unit: "steps" } });
    expect(epochs).toEqual(steps);
    expect(fraction).toEqual(steps);
  });

  it("starts at the rate without a warm-up, and only climbs when the warm-up outlasts the run", () => {
    expect(ratesOf({ ...warmup, warmup: { amount: 0, unit: "steps" } })[0]).toBe(0.8);
    const long = ratesOf({ ...warmup, warmup: { amount: 40, unit: "steps" } });
    expect(long[19]).toBeCloseTo(0.4, 12); // 20 of 40 parts
  });

  it("refuses a floor above the rate and a fraction above 1", () => {
    expect(() => compileSchedule({ ...warmup, floor: 0.9 }, horizon)).toThrow(
      /floor is 0.9, expected at most the rate, 0.8/,
    );
    expect(() => compileSchedule({ ...warmup, warmup: { amount: 2, unit: "fraction" } }, horizon)).toThrow(
      /warm-up is 2 of the run/,
    );
  });
});

describe("rate as an expression", () => {
  it("counts step and epoch from 1, and knows the run's length", () => {
    expect(expression("step")(0)).toBe(1);
    expect(expression("step")(19)).toBe(20);
    expect(expression("epoch")(4)).toBe(1);
    expect(expression("epoch")(5)).toBe(2);
    expect(expression("steps + 100 * epochs")(0)).toBe(420);
  });

  it("computes the formulas people write", () => {
    expect(expression("0.002 * min(1, step / 10)")(4)).toBeCloseTo(0.001, 12); // 5 / 10
    expect(expression("0.01 * 0.5 ^ (epoch - 1)")(12)).toBeCloseTo(0.0025, 12); // epoch 3
    expect(expression("step <= 10 ? 0.1 : 0.01")(10)).toBe(0.01);
    expect(expression("(1 + cos(pi * step / steps)) / 2")(9)).toBeCloseTo(0.5, 12); // cos(pi / 2)
    expect(expression("1 < step < 5 ? 1 : 0")(1)).toBe(1);
  });

  it.each([
    ["0.1 * stpe", /"stpe" at character 7, expected one of step epoch steps epochs/],
    ["step * p", /"p" at character 8/],
    ["0.1 * (step", /0\.1 \* \(step" cannot be read: .*char 12/],
    ["", /is empty/],
    ["'abc'", /expected numbers only/],
    ["x = 1", /which is not allowed/],
    ["f(x) = x", /which is not allowed/],
    ["[1, 2]", /which is not allowed/],
    ["step; 2", /which is not allowed/],
    ["step.constructor", /which is not allowed/],
    ["import(1)", /"import" at character 1, expected one of min max/],
    ['evaluate("1")', /"evaluate" at character 1/],
    ['parse("1")', /"parse"/],
    ["createUnit(1)", /"createUnit"/],
    ["min", /"min" at character 1/],
    ["step!", /"!" at character 5/],
    ["sqrt(1, 2)", /cannot be computed: .*sqrt/],
    ["step > 1", /gives false at step 1/],
    ["1 / (step - 1)", /gives Infinity at step 1/],
    ["0.1 - 0.01 * step", /gives -0\.00\d+ at step 11,/],
  ])("refuses %j before training", (text, problem) => {
    expect(() => expression(text)).toThrow(ConfigError);
    expect(() => expression(text)).toThrow(problem);
  });

  it("refuses a rate that goes wrong in the middle of the run, naming the step, before training", () => {
    expect(() => expression("1 / abs(step - 7)")).toThrow(/gives Infinity at step 7,/);
  });

  it("tries a very long run here and there, and names the step it had passed over when that comes", () => {
    // 10,000 of 99,991 steps are tried, every tenth: 1, 11, 21, ...
    const rate = compileSchedule(
      { kind: "expression", expression: "1 / abs(step - 7)" },
      { steps: 99_991, stepsPerEpoch: 99_991, epochs: 1 },
    );
    expect(rate(5)).toBe(1);
    expect(() => rate(6)).toThrow(/gives Infinity at step 7,/);
  });
});

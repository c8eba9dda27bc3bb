import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../../src/errors.ts";
import { checkOptimizerConfig } from "../../src/optimizer/check-optimizer-config.ts";
import type { BaseOptimizerConfig, LawnConfig } from "../../src/optimizer/optimizer-config.ts";
import { baseCases, isForRule, lawnCases, plainLawn } from "../support/engines/optimizer-cases.ts";

const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const problemsOf = (base: BaseOptimizerConfig, lawn: LawnConfig | null = null): string => {
  try {
    checkOptimizerConfig({ base, lawn });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
};

describe("checkOptimizerConfig", () => {
  it("accepts every optimizer under every switch of LAWN", () => {
    for (const { base } of baseCases) {
      for (const { lawn } of lawnCases) if (isForRule(base, lawn)) expect(problemsOf(base, lawn)).toBe("");
    }
  });

  it("refuses blocks that are whole tables over a rule that steps rows, and says what to do", () => {
    const { base } = baseCases.find(({ label }) => label === "lazy-adam")!;
    for (const granularity of ["layer", "network"] as const) {
      for (const scope of ["all", "embeddings"] as const) {
        expect(problemsOf(base, { ...plainLawn, granularity, scope })).toBe(
          `lawn: granularity ${granularity} over lazy-adam: a step of a block that is a whole table moves every row, and lazy-adam only those of the batch; use granularity row, or scope dense or head`,
        );
      }
    }
  });

  it("refuses weight decay under LAWN, naming both", () => {
    expect(problemsOf({ ...adam, weightDecay: 0.1 }, plainLawn)).toMatch(
      /lawn and weightDecay 0.1 of adam exclude each other/,
    );
    expect(problemsOf({ ...adam, weightDecay: 0.1 })).toBe("");
  });

  it("refuses to reset state at a switch by norm", () => {
    const lawn: LawnConfig = { ...plainLawn, state: "reset", switchAt: { kind: "norm", norm: 2 } };
    expect(problemsOf(adam, lawn)).toMatch(/state reset needs a switch by step/);
  });

  it.each([-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])("refuses a switch before step %p", (step) => {
    expect(problemsOf(adam, { ...plainLawn, switchAt: { kind: "step", step } })).toMatch(/switch step is/);
  });

  it.each([0, -1, 1e-12, Number.NaN, Number.POSITIVE_INFINITY])("refuses a switch at norm %p", (norm) => {
    expect(problemsOf(adam, { ...plainLawn, switchAt: { kind: "norm", norm } })).toMatch(/switch norm is/);
  });

  it.each<[BaseOptimizerConfig, RegExp]>([
    [{ ...adam, beta1: 1 }, /adam: beta1 is 1, expected at least 0 and below 1/],
    [{ ...adam, beta2: Number.NaN }, /adam: beta2 is NaN/],
    [{ ...adam, epsilon: 0 }, /adam: epsilon is 0, expected above 0 and finite/],
    [{ ...adam, weightDecay: -0.1 }, /adam: weightDecay is -0.1/],
    [{ ...adam, weightDecay: Number.POSITIVE_INFINITY }, /adam: weightDecay is Infinity/],
    [{ name: "nesterov", momentum: 1, weightDecay: 0 }, /nesterov: momentum is 1/],
    [{ name: "rmsprop", decay: 1, epsilon: 1e-8, weightDecay: 0 }, /rmsprop: decay is 1/],
    [
      { name: "lars", momentum: 0.9, trustCoefficient: 0, epsilon: 1e-8, weightDecay: 0 },
      /lars: trustCoefficient is 0/,
    ],
  ])("refuses %j", (base, problem) => {
    expect(problemsOf(base)).toMatch(problem);
  });

  it.each([
    [
      { name: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0 },
      /sgd: there is no momentum; it takes weightDecay\n.*no nesterov/,
    ],
    [{ name: "sgd" }, /sgd: weightDecay is undefined, expected at least 0 and finite/],
    [{ name: "addam", weightDecay: 0 }, /optimizer addam is unknown, expected one of adam, adamw/],
  ])("refuses %j of a program without types", (base, problem) => {
    expect(problemsOf(base as never)).toMatch(problem);
  });

  it("names every problem at once", () => {
    expect(problemsOf({ ...adam, beta1: 2, epsilon: -1 }).split("\n")).toHaveLength(2);
  });
});

/** What an OptimizerConfig may hold, whichever engine runs it; every problem is named at once. */
import { ConfigError } from "../errors.ts";
import { vanishingNorm } from "./lawn/sphere.ts";
import type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "./optimizer-config.ts";

/** Throws ConfigError naming every setting that makes no sense. */
export function checkOptimizerConfig({ base, lawn }: OptimizerConfig): void {
  const problems = [...baseProblems(base), ...(lawn === null ? [] : lawnProblems(lawn, base))];
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

function baseProblems(base: BaseOptimizerConfig): string[] {
  const problems: string[] = [];
  const range = (name: string, value: number, { below = Number.POSITIVE_INFINITY, aboveZero = false } = {}): void => {
    if (value >= 0 && value < below && !(aboveZero && value === 0)) return;
    const least = aboveZero ? "above 0" : "at least 0";
    problems.push(
      `${base.name}: ${name} is ${value}, expected ${least}${Number.isFinite(below) ? ` and below ${below}` : " and finite"}`,
    );
  };
  range("weightDecay", base.weightDecay);
  if (base.name === "adam" || base.name === "adamw" || base.name === "lamb") {
    range("beta1", base.beta1, { below: 1 });
    range("beta2", base.beta2, { below: 1 });
  }
  if (base.name === "sgd" || base.name === "lars") range("momentum", base.momentum, { below: 1 });
  if (base.name === "sgd" && base.nesterov && base.momentum === 0) {
    problems.push("sgd: nesterov needs a momentum above 0, such as 0.9");
  }
  if (base.name === "rmsprop") range("decay", base.decay, { below: 1 });
  if (base.name === "lars") range("trustCoefficient", base.trustCoefficient, { aboveZero: true });
  if (base.name !== "sgd") range("epsilon", base.epsilon, { aboveZero: true });
  return problems;
}

function lawnProblems(lawn: LawnConfig, base: BaseOptimizerConfig): string[] {
  const problems: string[] = [];
  const { switchAt } = lawn;
  if (base.weightDecay > 0) {
    problems.push(
      `lawn and weightDecay ${base.weightDecay} of ${base.name} exclude each other: a constrained norm cannot decay; set weightDecay to 0`,
    );
  }
  if (switchAt.kind === "step") {
    if (!(switchAt.step === Number.POSITIVE_INFINITY || (Number.isSafeInteger(switchAt.step) && switchAt.step >= 0))) {
      problems.push(`lawn: switch step is ${switchAt.step}, expected a whole number from 0, or Infinity for never`);
    }
  } else {
    if (!(Number.isFinite(switchAt.norm) && switchAt.norm > vanishingNorm)) {
      problems.push(`lawn: switch norm is ${switchAt.norm}, expected above ${vanishingNorm} and finite`);
    }
    if (lawn.state === "reset") {
      problems.push("lawn: state reset needs a switch by step, found a switch by norm; use state keep");
    }
  }
  return problems;
}

/** What an OptimizerConfig may hold, whichever engine runs it; every problem is named at once. */
import {
  isLazyRule,
  isRuleName,
  type Range,
  ruleNames,
  ruleSettings,
  settingsOfRule,
} from "../config/optimizer/rule-table.ts";
import { ConfigError } from "../errors.ts";
import { vanishingNorm } from "./lawn/sphere.ts";
import type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "./optimizer-config.ts";

/** Throws ConfigError naming every setting that makes no sense. */
export function checkOptimizerConfig({ base, lawn }: OptimizerConfig): void {
  const problems = [...baseProblems(base), ...(lawn === null ? [] : lawnProblems(lawn, base))];
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

function baseProblems(base: BaseOptimizerConfig): string[] {
  const { name, ...given } = base;
  if (!isRuleName(name)) return [`optimizer ${name} is unknown, expected one of ${ruleNames.join(", ")}`];
  const taken = settingsOfRule(name).flatMap(([key]) => (key === "learningRate" ? [] : [key]));
  const values = new Map<string, unknown>(Object.entries(given));
  const strays = [...values.keys()].filter((key) => !taken.some((known) => known === key));
  return [
    ...strays.map((key) => `${name}: there is no ${key}; it takes ${taken.join(", ")}`),
    ...taken.flatMap((key) => {
      const value = values.get(key);
      const { range } = ruleSettings[key];
      return isWithin(value, range) ? [] : [`${name}: ${key} is ${value}, expected ${rangeText(range)}`];
    }),
  ];
}

function isWithin(value: unknown, { above, least, below }: Range): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  const isHigh = (least === undefined || value >= least) && (above === undefined || value > above);
  return isHigh && (below === undefined || value < below);
}

/** Such as "at least 0 and below 1". */
function rangeText({ above, least, below }: Range): string {
  return `${least === undefined ? `above ${above}` : `at least ${least}`} and ${below === undefined ? "finite" : `below ${below}`}`;
}

const lawnWords = {
  scope: ["all", "dense", "head", "embeddings"],
  granularity: ["layer", "row", "network"],
  project: ["both", "gradient", "none"],
  state: ["keep", "reset"],
  constrainBiases: [true, false],
} as const satisfies { readonly [Key in Exclude<keyof LawnConfig, "switchAt">]: readonly LawnConfig[Key][] };

function lawnProblems(lawn: LawnConfig, base: BaseOptimizerConfig): string[] {
  const problems: string[] = [];
  const { switchAt } = lawn;
  for (const [key, words] of Object.entries(lawnWords)) {
    const found: unknown = lawn[key as keyof typeof lawnWords];
    if (words.every((word) => word !== found)) {
      problems.push(`lawn: ${key} is ${String(found)}, expected one of ${words.join(", ")}`);
    }
  }
  if (base.weightDecay > 0) {
    problems.push(
      `lawn and weightDecay ${base.weightDecay} of ${base.name} exclude each other: a constrained norm cannot decay; set weightDecay to 0`,
    );
  }
  if (isRuleName(base.name) && isLazyRule(base.name) && lawn.granularity !== "row" && holdsTables(lawn)) {
    problems.push(
      `lawn: granularity ${lawn.granularity} over ${base.name}: a step of a block that is a whole table moves every row, and ${base.name} only those of the batch; use granularity row, or scope dense or head`,
    );
  }
  if (switchAt.kind === "step") {
    if (!(switchAt.step === Number.POSITIVE_INFINITY || (Number.isSafeInteger(switchAt.step) && switchAt.step >= 0))) {
      problems.push(`lawn: switch step is ${switchAt.step}, expected a whole number from 0, or Infinity for never`);
    }
  } else if (switchAt.kind === "norm") {
    if (!(Number.isFinite(switchAt.norm) && switchAt.norm > vanishingNorm)) {
      problems.push(`lawn: switch norm is ${switchAt.norm}, expected above ${vanishingNorm} and finite`);
    }
    if (lawn.state === "reset") {
      problems.push("lawn: state reset needs a switch by step, found a switch by norm; use state keep");
    }
  } else {
    problems.push("lawn: switchAt is of no kind, expected step or norm");
  }
  return problems;
}

function holdsTables({ scope }: LawnConfig): boolean {
  return scope === "all" || scope === "embeddings";
}

/** The names people call optimizers by: every rule, SGD's two momenta, and "lawn-" before any of them. */
import { ConfigError } from "../errors.ts";
import type { BaseOptimizerConfig } from "./optimizer-config.ts";

/** `momentum` and `nesterov` are sgd with a momentum. */
export const baseOptimizerNames = [
  "sgd",
  "momentum",
  "nesterov",
  "adagrad",
  "rmsprop",
  "adam",
  "adamw",
  "lamb",
  "lars",
] as const;

export type BaseOptimizerName = (typeof baseOptimizerNames)[number];

export interface OptimizerChoice {
  readonly base: BaseOptimizerName;
  readonly lawn: boolean;
}

const lawnPrefix = "lawn-";

/** All of them, as messages and help texts list them: sgd ... lars, lawn-sgd ... lawn-lars. */
export const optimizerNames: readonly string[] = [
  ...baseOptimizerNames,
  ...baseOptimizerNames.map((name) => `${lawnPrefix}${name}`),
];

/** "lawn-adam" -> adam with LAWN. Throws ConfigError for any other name. */
export function parseOptimizerName(name: string): OptimizerChoice {
  const lawn = name.startsWith(lawnPrefix);
  const baseName = lawn ? name.slice(lawnPrefix.length) : name;
  const base = baseOptimizerNames.find((known) => known === baseName);
  if (base === undefined) {
    throw new ConfigError(
      `optimizer is "${name}", expected one of ${baseOptimizerNames.join(" ")}, or lawn- before any of them`,
    );
  }
  return { base, lawn };
}

/** Which rule computes it. */
export function ruleOf(base: BaseOptimizerName): BaseOptimizerConfig["name"] {
  return base === "momentum" || base === "nesterov" ? "sgd" : base;
}

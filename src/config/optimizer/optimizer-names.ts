/** Optimizers as users name them: each rule alone, and under LAWN. */
import { type RuleName, ruleNames } from "./rule-table.ts";

export type OptimizerName = RuleName | `lawn-${RuleName}`;
export const optimizerNames: readonly OptimizerName[] = [
  ...ruleNames,
  ...ruleNames.map((rule) => `lawn-${rule}` as const),
];

export function baseOf(name: OptimizerName): RuleName {
  return name.replace(/^lawn-/, "") as RuleName; // optimizerNames is made of exactly these two forms
}

export function hasLawn(name: OptimizerName): boolean {
  return name.startsWith("lawn-");
}

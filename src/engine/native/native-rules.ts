/** Whether the compiled rules are those of config/optimizer/rule-table.ts: another build must not train. */
import { type DenseRuleName, isLazyRule, ruleNames, ruleOf } from "../../config/optimizer/rule-table.ts";
import { EngineError } from "../../errors.ts";

/** What a rule is to the addon. */
export interface NativeRule {
  readonly name: string;
  readonly hasVelocity: boolean;
  readonly hasSquare: boolean;
  /** Whether weight decay joins the direction, not the gradient. */
  readonly isDecoupled: boolean;
  readonly ratio: "none" | "gradient" | "direction";
}

/** Throws EngineError naming each rule that either side lacks or knows otherwise, and `remedy`. */
export function checkNativeRules(compiled: readonly NativeRule[], remedy: string): void {
  const found = new Map(compiled.map((rule) => [rule.name, ruleText(rule)]));
  // A lazy rule has the arithmetic of its dense one.
  const known = ruleNames.filter((name): name is DenseRuleName => !isLazyRule(name));
  const expected = new Map<string, string>(known.map((name) => [name, ruleText(expectedRule(name))]));
  const names = [...new Set([...expected.keys(), ...found.keys()])];
  const problems = names
    .filter((name) => found.get(name) !== expected.get(name))
    .map((name) => `${name} is ${found.get(name) ?? "missing"}, expected ${expected.get(name) ?? "no such rule"}`);
  if (problems.length === 0) return;
  throw new EngineError(`native engine: built with other optimizers (${problems.join("; ")}); ${remedy}`);
}

function expectedRule(name: DenseRuleName): NativeRule {
  const { slots, ratio, settings } = ruleOf(name);
  return {
    name,
    hasVelocity: slots.some(({ kind }) => kind === "velocity"),
    hasSquare: slots.some(({ kind }) => kind === "square"),
    isDecoupled: settings.weightDecay.joins === "direction",
    ratio: ratio ?? "none",
  };
}

/** Such as "velocity + square, decoupled decay, ratio of the direction". */
function ruleText({ hasVelocity, hasSquare, isDecoupled, ratio }: NativeRule): string {
  const slots = [...(hasVelocity ? ["velocity"] : []), ...(hasSquare ? ["square"] : [])].join(" + ");
  return `slots ${slots || "none"}, ${isDecoupled ? "decoupled" : "L2"} decay, ratio ${ratio}`;
}

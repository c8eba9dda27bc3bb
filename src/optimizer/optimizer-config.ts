/**
 * An optimizer as plain data, resolved: epochs are already steps, names already settings. Engines recognise what they
 * can fuse in it; `build-optimizer` turns it into arithmetic. Rules and their sources: docs/lawn.md.
 */
import {
  type DenseRuleName,
  denseRuleOf,
  type RuleName,
  type RuleSettingName,
  type SettingOf,
  settingsOfRule,
} from "../config/optimizer/rule-table.ts";

/** By the rule's name, with every setting of its row but the learning rate, which is the schedule's. */
export type BaseOptimizerConfig<Name extends RuleName = RuleName> = {
  [Each in Name]: { readonly name: Each } & { readonly [Key in Exclude<SettingOf<Each>, "learningRate">]: number };
}[Name];

/** `settingValue` is asked for each of the rule's settings. */
export function baseConfigOf(name: RuleName, settingValue: (setting: RuleSettingName) => number): BaseOptimizerConfig {
  const settings = settingsOfRule(name).flatMap(([key]) => (key === "learningRate" ? [] : [[key, settingValue(key)]]));
  return { name, ...Object.fromEntries(settings) } as BaseOptimizerConfig; // the type asks for exactly these
}

/** Of a lazy rule its dense one, with the same settings; a dense rule itself. */
export function denseConfigOf(base: BaseOptimizerConfig): BaseOptimizerConfig<DenseRuleName> {
  // Their rows in the table have the same settings.
  return { ...base, name: denseRuleOf(base.name) } as BaseOptimizerConfig<DenseRuleName>;
}

export type LawnScope = "all" | "dense" | "head" | "embeddings";
export type LawnGranularity = "layer" | "row" | "network";
export type LawnProjection = "both" | "gradient" | "none";

/**
 * When blocks become constrained: all before global step `step` (from 0; Infinity is never), or each when its norm
 * reaches `norm`.
 */
export type LawnSwitch =
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "norm"; readonly norm: number };

export interface LawnConfig {
  readonly switchAt: LawnSwitch;
  readonly scope: LawnScope;
  readonly granularity: LawnGranularity;
  readonly project: LawnProjection;
  /** What becomes of the base optimizer's state at the switch; `reset` needs a switch by step. */
  readonly state: "keep" | "reset";
  /** Whether each bias joins its weight's block as [W | b]; otherwise biases stay free. */
  readonly constrainBiases: boolean;
}

export interface OptimizerConfig {
  readonly base: BaseOptimizerConfig;
  /** null trains with the base optimizer alone. With LAWN the base's weightDecay must be 0. */
  readonly lawn: LawnConfig | null;
}

/** From settings to arithmetic: the one place that calls every rule by name, and that LAWN may wrap any of them. */
import { ruleOf } from "../config/optimizer/rule-table.ts";
import type { ParameterInfo } from "../ranker/ranker-spec.ts";
import type { ArrayOps } from "./arrays/array-ops.ts";
import { checkOptimizerConfig } from "./check-optimizer-config.ts";
import { freeOptimizer } from "./free-optimizer.ts";
import { lawnOptimizer } from "./lawn/lawn.ts";
import { keepingSlots, lazyFactsOf, slotsOf } from "./lazy/lazy-rule.ts";
import { type BaseOptimizerConfig, denseConfigOf, type OptimizerConfig } from "./optimizer-config.ts";
import { adagrad } from "./rules/adagrad.ts";
import { adam } from "./rules/adam.ts";
import { lamb } from "./rules/lamb.ts";
import { lars } from "./rules/lars.ts";
import { lion } from "./rules/lion.ts";
import { rmsprop } from "./rules/rmsprop.ts";
import { rowwiseAdagrad } from "./rules/rowwise-adagrad.ts";
import { momentum, nesterov, sgd } from "./rules/sgd.ts";
import type { BaseRule, Optimizer, RuleArithmetic } from "./rules/transform.ts";
import { withWeightDecay } from "./rules/weight-decay.ts";

export interface BuildOptions<A, C> {
  readonly config: OptimizerConfig;
  /** All tensors of the ranker, as `parametersOf` lists them. */
  readonly parameters: readonly ParameterInfo[];
  readonly ops: ArrayOps<A, C>;
}

/** Throws ConfigError naming every setting that makes no sense. */
export function buildOptimizer<A, C>({ config, parameters, ops }: BuildOptions<A, C>): Optimizer<A, C> {
  checkOptimizerConfig(config);
  const parts = { rule: baseRule(config.base, ops), parameters, ops };
  return config.lawn === null ? freeOptimizer(parts) : lawnOptimizer(parts, config.lawn);
}

/** The rule as its row and its settings say: with its slots, and with weight decay where it enters. */
export function baseRule<A, C>(config: BaseOptimizerConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  const { slots: all, settings } = ruleOf(config.name);
  const decay = { strength: config.weightDecay, joins: settings.weightDecay.joins };
  const slots = slotsOf(config);
  const arithmetic = keepingSlots(arithmeticOf(config, ops), all, slots);
  return { slots, lazy: lazyFactsOf(config), ...withWeightDecay(arithmetic, ops, decay) };
}

function arithmeticOf<A, C>(config: BaseOptimizerConfig, ops: ArrayOps<A, C>): RuleArithmetic<A> {
  if (config.name === "rowwise-adagrad") return rowwiseAdagrad(config, ops);
  const dense = denseConfigOf(config);
  switch (dense.name) {
    case "adam":
    case "adamw":
      return adam(dense, ops);
    case "sgd":
      return sgd();
    case "momentum":
      return momentum(dense, ops);
    case "nesterov":
      return nesterov(dense, ops);
    case "adagrad":
      return adagrad(dense, ops);
    case "rmsprop":
      return rmsprop(dense, ops);
    case "lamb":
      return lamb(dense, ops);
    case "lars":
      return lars(dense, ops);
    case "lion":
      return lion(dense, ops);
    default:
      return dense satisfies never;
  }
}

/** From settings to arithmetic: the one place that knows every rule by name, and that LAWN may wrap any of them. */
import type { ParameterInfo } from "../ranker/ranker-spec.ts";
import type { ArrayOps } from "./arrays/array-ops.ts";
import { checkOptimizerConfig } from "./check-optimizer-config.ts";
import { freeOptimizer } from "./free-optimizer.ts";
import { lawnOptimizer } from "./lawn/lawn.ts";
import type { BaseOptimizerConfig, OptimizerConfig } from "./optimizer-config.ts";
import { adagrad } from "./rules/adagrad.ts";
import { adam } from "./rules/adam.ts";
import { adamw } from "./rules/adamw.ts";
import { lamb } from "./rules/lamb.ts";
import { lars } from "./rules/lars.ts";
import { rmsprop } from "./rules/rmsprop.ts";
import { sgd } from "./rules/sgd.ts";
import type { BaseRule, Optimizer } from "./rules/transform.ts";

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

export function baseRule<A, C>(config: BaseOptimizerConfig, ops: ArrayOps<A, C>): BaseRule<A> {
  switch (config.name) {
    case "sgd":
      return sgd(config, ops);
    case "adagrad":
      return adagrad(config, ops);
    case "rmsprop":
      return rmsprop(config, ops);
    case "adam":
      return adam(config, ops);
    case "adamw":
      return adamw(config, ops);
    case "lamb":
      return lamb(config, ops);
    case "lars":
      return lars(config, ops);
    default:
      return config satisfies never;
  }
}

/**
 * Rules that step the rows of a batch alone (docs/lawn.md, Lazy rules). Such a rule is its dense one in all but this:
 * a row that no sample looks up stays as it is, and where it was absent from k steps, its slots catch up on them first,
 * as k steps without a gradient would have left them. Bias corrections count the optimizer's steps, not a row's.
 */
import type { DenseRuleName } from "../../config/optimizer/rule-table.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { LazyFacts } from "../rules/transform.ts";

/** Null for a dense rule. */
export function lazyFactsOf(config: BaseOptimizerConfig): LazyFacts | null {
  switch (config.name) {
    case "lazy-adam":
      return { decays: { m: config.beta1, v: config.beta2 } };
    case "lazy-momentum":
      return { decays: { velocity: config.momentum } };
    case "rowwise-adagrad":
      return { decays: {} };
    default:
      return (config.name satisfies DenseRuleName) && null;
  }
}

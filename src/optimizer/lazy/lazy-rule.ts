/**
 * Rules that step the rows of a batch alone (docs/lawn.md, Lazy rules). Such a rule is its dense one in all but this:
 * a row that no sample looks up stays as it is, and where it was absent from k steps, its slots catch up on them first,
 * as k steps without a gradient would have left them. Bias corrections count the optimizer's steps, not a row's.
 */
import { type DenseRuleName, ruleOf, type Slot } from "../../config/optimizer/rule-table.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { LazyFacts, RuleArithmetic, Slots } from "../rules/transform.ts";

/** Null for a dense rule. */
export function lazyFactsOf(config: BaseOptimizerConfig): LazyFacts | null {
  const decays = decaysOf(config);
  return decays && { decays: Object.fromEntries(Object.entries(decays).filter(([, decay]) => decay !== 0)) };
}

/**
 * What the rule remembers of every weight under its settings: a lazy one without momentum has no velocity, for nothing
 * of it would be left at the next step. Tables far beyond the cache are then smaller and read less.
 */
export function slotsOf(config: BaseOptimizerConfig): readonly Slot[] {
  const decays = decaysOf(config);
  return ruleOf(config.name).slots.filter(({ name }) => decays?.[name] !== 0);
}

/** A rule's arithmetic with only the slots of `kept`; of the others, whose decay is 0, any finite value will do. */
export function keepingSlots<A>(
  arithmetic: RuleArithmetic<A>,
  all: readonly Slot[],
  kept: readonly Slot[],
): RuleArithmetic<A> {
  if (kept.length === all.length) return arithmetic;
  return {
    ...arithmetic,
    direction(input) {
      const stand: Slots<A> = Object.fromEntries(all.map(({ name }) => [name, input.gradient]));
      const { direction, slots } = arithmetic.direction({ ...input, slots: { ...stand, ...input.slots } });
      return { direction, slots: Object.fromEntries(kept.map(({ name }) => [name, slots[name]!])) };
    },
  };
}

/** By slot, what a step without a gradient leaves of it. */
function decaysOf(config: BaseOptimizerConfig): LazyFacts["decays"] | null {
  switch (config.name) {
    case "lazy-adam":
      return { m: config.beta1, v: config.beta2 };
    case "lazy-momentum":
      return { velocity: config.momentum };
    case "rowwise-adagrad":
      return {};
    default:
      return (config.name satisfies DenseRuleName) && null;
  }
}

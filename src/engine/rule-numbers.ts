/**
 * The numbers by which a rule's slots move, for engines that fuse it: slot <- decay slot + share x, where x is the
 * gradient or its square. `first` are of beta1 or the momentum, `second` of beta2 or the decay of squares; a rule
 * without either adds up, as AdaGrad does.
 */
import type { BaseOptimizerConfig } from "../optimizer/optimizer-config.ts";

export interface SlotNumbers {
  readonly decay: number;
  readonly share: number;
}

export function ruleNumbers(rule: BaseOptimizerConfig): { readonly first: SlotNumbers; readonly second: SlotNumbers } {
  const mean = (decay: number): SlotNumbers => ({ decay, share: 1 - decay });
  const sum = (decay: number): SlotNumbers => ({ decay, share: 1 });
  let first = sum(1);
  if ("beta1" in rule) first = mean(rule.beta1);
  else if ("momentum" in rule) first = sum(rule.momentum);
  let second = sum(1);
  if ("beta2" in rule) second = mean(rule.beta2);
  else if ("decay" in rule) second = mean(rule.decay);
  return { first, second };
}

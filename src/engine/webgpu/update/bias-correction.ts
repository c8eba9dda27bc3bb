/**
 * Adam's two corrections 1 / (1 - beta^t) at step t, in float64 before they go to a kernel; 1 for rules without betas.
 */
import type { BaseOptimizerConfig } from "../../../optimizer/optimizer-config.ts";

export function biasCorrections(rule: BaseOptimizerConfig, step: number): readonly [number, number] {
  if (!("beta1" in rule && "beta2" in rule)) return [1, 1];
  return [1 / (1 - rule.beta1 ** step), 1 / (1 - rule.beta2 ** step)];
}

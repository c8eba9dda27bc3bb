/**
 * LARS (You, Gitman & Ginsburg 2017, Algorithm 1 without its learning rate inside the velocity, as in PyTorch-style
 * momentum): each tensor's gradient is rescaled to a share of the tensor's own norm before it enters the velocity.
 *
 *   q = trust ||w|| / (||g|| + d ||w|| + epsilon), 1 where ||w|| is 0 and for biases
 *   b <- mu b + q (g + d w);  direction = b
 *
 * Continuous in g: a gradient of 0 has the ratio that ever smaller gradients tend to, so that rounding residue in its
 * stead changes nothing. Without weights q would be 0, and a tensor that begins at 0 would stay there; hence the 1.
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import { sizeOf } from "../../ranker/ranker-spec.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import type { DecayedInput, RuleArithmetic } from "./transform.ts";

export function lars<A, C>(
  config: BaseOptimizerConfig<"lars">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"lars">> {
  return {
    direction(input) {
      const scaled = layerScaledGradient(config, ops, input);
      const velocity = ops.combine(config.momentum, input.slots.velocity, 1, scaled);
      return { direction: velocity, slots: { velocity } };
    },
  };
}

/** q (g + d w) */
function layerScaledGradient<A, C>(
  config: BaseOptimizerConfig<"lars">,
  ops: ArrayOps<A, C>,
  { gradient: decayed, lossGradient, weight, info }: DecayedInput<A>,
): A {
  if (info.role === "bias") return decayed;
  const tensor = { size: sizeOf(info.shape), rows: 1 };
  const weightNorm = ops.sqrtC(ops.dot(weight, weight, tensor));
  const gradientNorm = ops.sqrtC(ops.dot(lossGradient, lossGradient, tensor));
  const denominator = ops.addScalarC(
    ops.addC(gradientNorm, ops.scaleC(weightNorm, config.weightDecay)),
    config.epsilon,
  );
  const ratio = ops.divideC(ops.scaleC(weightNorm, config.trustCoefficient), denominator);
  const applied = ops.selectC(ops.greaterC(weightNorm, 0), ratio, ops.blocksFromHost(Float64Array.of(1)));
  return ops.scaleBlocks(decayed, applied, tensor);
}

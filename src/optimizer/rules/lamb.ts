/**
 * LAMB (You et al. 2020, Algorithm 2, phi the identity): Adam's direction, with bias correction, rescaled per tensor to
 * the tensor's own norm.
 *
 *   r = Adam's direction;  u = r + d w;  direction = (||w|| / ||u||) u, ratio 1 where either norm is 0 and for biases
 *
 * The ratio applies whatever d is. Some libraries skip it when d = 0, which turns LAMB into Adam.
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import { sizeOf } from "../../ranker/ranker-spec.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import { adam } from "./adam.ts";
import type { RuleArithmetic } from "./transform.ts";

export function lamb<A, C>(
  config: BaseOptimizerConfig<"lamb">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"lamb">> {
  return {
    ...adam(config, ops),
    rescale(direction, weight, info) {
      if (info.role === "bias") return direction;
      const tensor = { size: sizeOf(info.shape), rows: 1 };
      const weightNorm = ops.sqrtC(ops.dot(weight, weight, tensor));
      const directionNorm = ops.sqrtC(ops.dot(direction, direction, tensor));
      // A layer with no weights or no direction has no ratio, and moves at the plain rate.
      const hasRatio = ops.multiplyC(ops.greaterC(weightNorm, 0), ops.greaterC(directionNorm, 0));
      const one = ops.blocksFromHost(Float64Array.of(1));
      const ratio = ops.selectC(hasRatio, ops.divideC(weightNorm, directionNorm), one);
      return ops.scaleBlocks(direction, ratio, tensor);
    },
  };
}

/**
 * AdaGrad with one sum a row of a table, as FBGEMM's EXACT_ROWWISE_ADAGRAD: the mean of the squares of the row's
 * gradient in place of each square. Epsilon outside the root; sums start at 0. A row of one weight, such as an id's
 * bias, and tower and head take AdaGrad's own steps.
 *
 *   s <- s + ||g||^2 / width;  direction = g / (sqrt(s) + epsilon)
 */
import type { SlotOf } from "../../config/optimizer/rule-table.ts";
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { BaseOptimizerConfig } from "../optimizer-config.ts";
import { tableBlocks } from "../table-rows.ts";
import { adagrad } from "./adagrad.ts";
import type { RuleArithmetic } from "./transform.ts";

export function rowwiseAdagrad<A, C>(
  config: BaseOptimizerConfig<"rowwise-adagrad">,
  ops: ArrayOps<A, C>,
): RuleArithmetic<A, SlotOf<"rowwise-adagrad">> {
  const dense = adagrad({ ...config, name: "adagrad" }, ops);
  return {
    direction(input) {
      const { gradient, slots, info } = input;
      const rows = tableBlocks(info);
      if (rows === null) return dense.direction(input);
      const mean = ops.scaleC(ops.dot(gradient, gradient, rows), rows.rows / rows.size);
      const square = ops.tensorOfBlocks(ops.addC(ops.blocksOfTensor(slots.square), mean));
      const deviation = ops.addScalarC(ops.sqrtC(ops.blocksOfTensor(square)), config.epsilon);
      const ones = ops.blocksFromHost(new Float64Array(rows.rows).fill(1));
      return { direction: ops.scaleBlocks(gradient, ops.divideC(ones, deviation), rows), slots: { square } };
    },
  };
}

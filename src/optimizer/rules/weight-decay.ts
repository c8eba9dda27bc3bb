/** L2 regularisation as part of the gradient: the gradient of f(w) + d/2 ||w||^2. AdamW and LAMB decay the weight instead. */
import type { TensorOps } from "../arrays/array-ops.ts";

/** gradient + decay weight; the gradient itself where decay is 0, so that "no decay" costs and changes nothing. */
export function addWeightDecay<A>(
  ops: TensorOps<A>,
  decay: number,
  { gradient, weight }: { gradient: A; weight: A },
): A {
  return decay === 0 ? gradient : ops.combine(1, gradient, decay, weight);
}

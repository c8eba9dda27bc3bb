/**
 * The escape clause that LAMB and LARS share: a layer with no weights or no gradient has no ratio, and moves at the
 * plain rate.
 */
import type { BlockOps } from "../arrays/array-ops.ts";

export interface LayerRatio<C> {
  readonly weightNorm: C;
  readonly otherNorm: C;
  readonly ratio: C;
}

/** `ratio` where both norms are above 0, else 1; for one block. */
export function ratioOrOne<A, C>(ops: BlockOps<A, C>, { weightNorm, otherNorm, ratio }: LayerRatio<C>): C {
  const hasRatio = ops.multiplyC(ops.greaterC(weightNorm, 0), ops.greaterC(otherNorm, 0));
  return ops.selectC(hasRatio, ratio, ops.blocksFromHost(Float64Array.of(1)));
}

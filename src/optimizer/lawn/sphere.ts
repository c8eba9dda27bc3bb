/**
 * The geometry of a constrained block: a vector w that stays on the sphere of radius ||w||.
 *
 *   P(x) = x - (<w, x> / ||w||^2) w      the part of x that is tangent to the sphere at w
 *   R(x) = c x / ||x||                   x brought back to the sphere of radius c
 *
 * A block may lie in several tensors (lawn-blocks.ts); its dots are sums over them. `Pieces` holds one
 * tensor per member, in order.
 */
import type { ArrayOps } from "../arrays/array-ops.ts";
import type { LawnGroup } from "../lawn-blocks.ts";

export type Pieces<A> = readonly A[];

/** At or below this norm a vector has no usable direction, and a sphere is a point. */
export const vanishingNorm = 1e-12;

/** Per block: <x, y>. */
export function blockDots<A, C>(ops: ArrayOps<A, C>, group: LawnGroup, x: Pieces<A>, y: Pieces<A>): C {
  return group.members
    .map((member, i) => ops.dot(x[i]!, y[i]!, member.blocks))
    .reduce((sum, dots) => ops.addC(sum, dots));
}

/** Per block: ||x||. */
export function blockNorms<A, C>(ops: ArrayOps<A, C>, group: LawnGroup, x: Pieces<A>): C {
  return ops.sqrtC(blockDots(ops, group, x, x));
}

/**
 * P at `at`, for any number of vectors: ||at||^2 is computed once. Where `at` vanishes, every vector is left as it is.
 */
export function tangentProjection<A, C>(
  ops: ArrayOps<A, C>,
  group: LawnGroup,
  at: Pieces<A>,
): (vectors: Pieces<A>) => Pieces<A> {
  const squares = blockDots(ops, group, at, at);
  const hasDirection = ops.greaterC(squares, vanishingNorm ** 2);
  const zeros = ops.blocksFromHost(new Float64Array(group.rows));
  return (vectors) => {
    const shares = ops.divideC(blockDots(ops, group, at, vectors), squares);
    const coefficients = ops.selectC(hasDirection, ops.scaleC(shares, -1), zeros);
    return group.members.map((member, i) => ops.addScaledBlocks(vectors[i]!, coefficients, at[i]!, member.blocks));
  };
}

export interface Retraction<A, C> {
  readonly weights: Pieces<A>;
  /** 1 where a block of positive radius lost its direction and stayed where it was, else 0. */
  readonly kept: C;
}

/**
 * R at the stored radii, for the step from `from` to `to`. A block of vanishing radius, or whose `to` vanished, stays
 * at `from`. NaN is not held back: whoever trains must see it.
 */
export function retract<A, C>(
  ops: ArrayOps<A, C>,
  group: LawnGroup,
  { from, to, radii }: { readonly from: Pieces<A>; readonly to: Pieces<A>; readonly radii: C },
): Retraction<A, C> {
  const norms = blockNorms(ops, group, to);
  const isSphere = ops.greaterC(radii, vanishingNorm);
  const hasVanished = atMost(ops, norms, vanishingNorm);
  const moves = ops.multiplyC(isSphere, not(ops, hasVanished));
  const factors = ops.divideC(radii, norms);
  return {
    weights: group.members.map((member, i) =>
      ops.selectBlocks(moves, ops.scaleBlocks(to[i]!, factors, member.blocks), from[i]!, member.blocks),
    ),
    kept: ops.multiplyC(isSphere, hasVanished),
  };
}

/** 1 where a norm is at most `limit`; 0 where it is greater or NaN. */
export function atMost<A, C>(ops: ArrayOps<A, C>, norms: C, limit: number): C {
  const isNumber = ops.greaterC(norms, -1);
  return ops.multiplyC(isNumber, not(ops, ops.greaterC(norms, limit)));
}

function not<A, C>(ops: ArrayOps<A, C>, mask: C): C {
  return ops.addScalarC(ops.scaleC(mask, -1), 1);
}

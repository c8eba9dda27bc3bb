/**
 * `lawn-ranker/baselines`: scorers that a ranker must beat.
 *
 * @module lawn-ranker/baselines
 */
export { easeScorer } from "../src/baselines/ease.ts";
export { implicitAlsScorer } from "../src/baselines/implicit-als.ts";
export { itemKnnScorer } from "../src/baselines/item-knn.ts";
export { popularityScorer } from "../src/baselines/popularity.ts";
export { pureSvdScorer } from "../src/baselines/pure-svd.ts";
export { randomScorer } from "../src/baselines/random.ts";
export type { DenseAlgebra } from "../src/linear-algebra/dense-algebra.ts";
export { plainAlgebra } from "../src/linear-algebra/plain-algebra.ts";

/** `lawn-ranker/baselines`: scorers that a ranker must beat. */
export { popularityScorer } from "../src/baselines/popularity.ts";
export { randomScorer } from "../src/baselines/random.ts";

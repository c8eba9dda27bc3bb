/** How everything downstream asks a ranker for scores: evaluation, scoring jobs, baselines and every engine share it. */

export interface Scorer {
  readonly users: number;
  readonly items: number;
  /** Scores for the pairs (users[k], items[k]); higher is better. A trained ranker gives logits, never probabilities. */
  pairs(users: Uint32Array, items: Uint32Array): Promise<Float32Array>;
  /** Scores of every item for each of `users`: [users.length, items], row-major. The caller bounds users.length by memory. */
  catalogue(users: Uint32Array): Promise<Float32Array>;
}

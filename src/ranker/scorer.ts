/** How everything downstream asks a ranker for scores: evaluation, scoring, baselines and engines share it. */

export interface Scorer {
  readonly users: number;
  readonly items: number;
  /** Scores for the pairs (users[k], items[k]); higher is better. A trained ranker gives logits. */
  pairs(users: Uint32Array, items: Uint32Array): Promise<Float32Array>;
  /**
   * Scores of every item for each of `users`: [users.length, items], row-major. The caller
   * bounds users.length by memory.
   */
  catalogue(users: Uint32Array): Promise<Float32Array>;
  /**
   * The best items of users, chosen where the scores are: for engines that spare the way of [users, items] scores.
   * Asked through scoring/top-items.ts, which chooses from `catalogue` where this is absent.
   */
  top?(request: TopItemsRequest): Promise<TopItems>;
  /**
   * Where given items stand in their users' catalogues, counted where the scores are; null where a score is NaN, which
   * has no place. Asked through evaluation/rank-cases.ts, which counts in `catalogue` where this is absent.
   */
  standings?(request: StandingsRequest): Promise<Standings | null>;
}

/** Of users[n]: items[offsets[n] .. offsets[n + 1]). */
export interface ItemLists {
  /** [users + 1] */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
}

export interface StandingsRequest {
  readonly users: Uint32Array;
  /** Distinct within a user. */
  readonly positives: ItemLists;
  /** Items left out; a positive among them stands in the catalogue all the same. */
  readonly masked: ItemLists;
}

/** Of each positive, in the order of the request. */
export interface Standings {
  readonly scores: Float32Array;
  /** How many items that are neither masked nor positives of the user score higher. */
  readonly above: Uint32Array;
  /** How many of them score the same. */
  readonly equal: Uint32Array;
}

export interface TopItemsRequest {
  readonly users: Uint32Array;
  /** How many items per user, at least 1. */
  readonly k: number;
  /** Items left out: items[offsets[n] .. offsets[n + 1]) for users[n]. */
  readonly masked?: ItemLists;
}

export interface TopItems {
  /**
   * [users, k], best first, equal scores by ascending item, NaN below every number. Where fewer are
   * left, the rest is 2^32 - 1.
   */
  readonly items: Uint32Array;
  /** [users, k]; -Infinity where there is no item, and for a NaN. */
  readonly scores: Float32Array;
}

/** Stands in TopItems where a user has no further item. */
export const NO_ITEM = 2 ** 32 - 1;

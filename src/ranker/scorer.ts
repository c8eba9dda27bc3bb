/** How everything downstream asks a ranker for scores: evaluation, scoring, baselines and engines share it. */
import type { CatalogueAnswers, CatalogueQuestions, ItemLists } from "./catalogue-ranks.ts";

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
   * Ranks, lists and probabilities of whole catalogues, found where the scores are. Asked through
   * evaluation/ask-catalogue.ts, which finds them in `catalogue` where this is absent.
   */
  ranks?(questions: CatalogueQuestions): Promise<CatalogueAnswers>;
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

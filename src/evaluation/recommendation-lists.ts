/** The best k items of the catalogue for each user, those they have left out: what a recommender would show. */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { askCatalogue } from "./ask-catalogue.ts";

export interface RecommendationLists {
  readonly k: number;
  /** [lists, k], best first; equal scores in item order. NO_ITEM (scorer.ts) where a user lacks fewer than k items. */
  readonly items: Uint32Array;
}

/**
 * O(users x items). Scorers that hand their scores over are asked for about `scoresPerBlock` at once; lists do not
 * depend on it. Throws DataError for NaN.
 */
export async function recommendationLists(
  scorer: Scorer,
  options: {
    readonly users: Uint32Array;
    readonly k: number;
    readonly masked: ItemsByUser;
    readonly scoresPerBlock: number;
  },
): Promise<RecommendationLists> {
  const { users, k } = options;
  const items = new Uint32Array(users.length * k); // [users, k]
  const positives = { offsets: new Uint32Array(users.length + 1), items: new Uint32Array(0) };
  for await (const { start, answers } of askCatalogue(scorer, { ...options, positives, calibrates: false })) {
    items.set(answers.lists, start * k);
  }
  return { k, items };
}

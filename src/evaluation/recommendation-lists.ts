/** The best k items of the catalogue for each user, those they have left out: what a recommender would show. */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { checkScores } from "./score-cases.ts";

export interface RecommendationLists {
  readonly k: number;
  /** [lists, k], best first; equal scores in item order. NO_ITEM where a user lacks fewer than k items. */
  readonly items: Uint32Array;
}

/** Fills up lists that are too short. */
export const NO_ITEM = 2 ** 32 - 1;

/**
 * O(users x items). Users are scored in blocks of about `scoresPerBlock`; lists do not depend on it.
 * Throws DataError for NaN.
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
  const { users, k, masked, scoresPerBlock } = options;
  const { items } = scorer;
  const lists = new Uint32Array(users.length * k).fill(NO_ITEM); // [users, k]
  const bestScores = new Float32Array(k);
  const usersPerBlock = Math.max(1, Math.floor(scoresPerBlock / items));
  for (let start = 0; start < users.length; start += usersPerBlock) {
    const block = users.slice(start, start + usersPerBlock);
    const scores = await scorer.catalogue(block); // [block, items]
    checkScores(scores, block.length * items, (at) => ({ user: block[Math.floor(at / items)]!, item: at % items }));
    for (const [row, user] of block.entries()) {
      const list = lists.subarray((start + row) * k, (start + row + 1) * k);
      const seen = masked.itemsSorted.subarray(masked.offsets[user], masked.offsets[user + 1]);
      fillList(list, bestScores, scores.subarray(row * items, (row + 1) * items), seen);
    }
  }
  return { k, items: lists };
}

/** Insertion into a short sorted list: most items are turned away by one comparison with its last. */
function fillList(list: Uint32Array, best: Float32Array, scores: Float32Array, seen: Uint32Array): void {
  const k = list.length;
  let length = 0;
  let nextSeen = 0;
  for (let item = 0; item < scores.length; item++) {
    if (seen[nextSeen] === item) {
      nextSeen++;
      continue;
    }
    const score = scores[item]!;
    if (length === k && score <= best[k - 1]!) continue;
    let position = length < k ? length++ : k - 1;
    while (position > 0 && best[position - 1]! < score) {
      best[position] = best[position - 1]!;
      list[position] = list[position - 1]!;
      position--;
    }
    best[position] = score;
    list[position] = item;
  }
}

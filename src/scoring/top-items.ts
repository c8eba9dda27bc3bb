/**
 * The best items of users from any scorer: the scorer's own way where it has one, else chosen
 * from its catalogue scores.
 */
import { bestItemsInto } from "../ranker/best-items.ts";
import type { Scorer, TopItems, TopItemsRequest } from "../ranker/scorer.ts";

const SCORES_AT_ONCE = 2 ** 22; // 16 MiB of float32

/** The same answer either way, and whatever the number of users asked for at once. */
export async function topItems(scorer: Scorer, request: TopItemsRequest): Promise<TopItems> {
  if (scorer.top !== undefined) return scorer.top(request);
  const { users, k, masked } = request;
  const items = new Uint32Array(users.length * k); // [users, k]
  const scores = new Float32Array(users.length * k);
  const usersAtOnce = Math.max(1, Math.floor(SCORES_AT_ONCE / scorer.items));
  const nothing = new Uint32Array(0);
  for (let start = 0; start < users.length; start += usersAtOnce) {
    const some = users.slice(start, start + usersAtOnce);
    const catalogue = await scorer.catalogue(some); // [some, scorer.items]
    for (let row = 0; row < some.length; row++) {
      const index = start + row;
      const excluded = masked?.items.subarray(masked.offsets[index], masked.offsets[index + 1]) ?? nothing;
      bestItemsInto(
        catalogue.subarray(row * scorer.items, (row + 1) * scorer.items),
        excluded,
        items.subarray(index * k, (index + 1) * k),
        scores.subarray(index * k, (index + 1) * k),
      );
    }
  }
  return { items, scores };
}

/** What some users have, as lists one behind the other. */
import type { ItemLists } from "../ranker/catalogue-ranks.ts";
import type { ItemsByUser } from "./interaction-dataset.ts";

/** A copy of the items of `users`, in their order; each list ascends. */
export function itemsOfUsers(users: Uint32Array, { offsets, itemsSorted }: ItemsByUser): ItemLists {
  const ends = new Uint32Array(users.length + 1);
  for (const [row, user] of users.entries()) ends[row + 1] = ends[row]! + offsets[user + 1]! - offsets[user]!;
  const items = new Uint32Array(ends[users.length]!);
  for (const [row, user] of users.entries()) {
    items.set(itemsSorted.subarray(offsets[user], offsets[user + 1]), ends[row]);
  }
  return { offsets: ends, items };
}

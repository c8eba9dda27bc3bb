/** People and what each took, for rankers and baselines that fold in people whom they were not fitted to. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "./interaction-dataset.ts";
import { lowerBound } from "./lower-bound.ts";

export interface PeopleItems {
  /** Person n took itemsSorted[offsets[n] .. offsets[n + 1]), distinct and ascending. */
  readonly items: ItemsByUser;
  /** As items.itemsSorted, each above 0; null where all count alike. */
  readonly weights: Float32Array | null;
}

/** User n is person n, without items where the interactions have none of the user. Repeated rows add up. */
export function peopleItemsOf(interactions: Interactions): PeopleItems {
  const items = groupItemsByUser(interactions);
  return { items, weights: weightsOfPairs(interactions, items) };
}

/** As `byUser.itemsSorted`: the sum of the weights of a pair's rows; null without weights. */
export function weightsOfPairs(
  { weights, userColumn, itemColumn }: Interactions,
  byUser: ItemsByUser,
): Float32Array | null {
  if (weights === null) return null;
  const { offsets, itemsSorted } = byUser;
  const sums = new Float32Array(itemsSorted.length);
  for (const [row, weight] of weights.entries()) {
    const user = userColumn[row]!;
    const position = lowerBound(itemsSorted, itemColumn[row]!, offsets[user]!, offsets[user + 1]!);
    sums[position]! += weight;
  }
  return sums;
}

/** People and what each took, for rankers and baselines that fold in people whom they were not fitted to. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "./interaction-dataset.ts";
import { lowerBound } from "./lower-bound.ts";

export interface PeopleItems {
  /** Person n took itemsSorted[offsets[n] .. offsets[n + 1]), distinct and ascending. */
  readonly items: ItemsByUser;
  /** As items.itemsSorted, at least 0; null where all count 1. What counts 0 is known of and not learnt from. */
  readonly weights: Float32Array | null;
}

/** User n is person n, without items where the interactions have none of the user. Repeated rows add up. */
export function peopleItemsOf(interactions: Interactions): PeopleItems {
  const items = groupItemsByUser(interactions);
  return { items, weights: weightsOfPairs(interactions, items) };
}

/** Without what counts 0. */
export function learntFrom(people: PeopleItems): PeopleItems {
  const { items, weights } = people;
  if (weights === null || weights.every((weight) => weight > 0)) return people;
  const { offsets, itemsSorted } = items;
  const kept = new Uint32Array(offsets.length);
  for (let person = 0; person + 1 < offsets.length; person++) {
    const own = weights.subarray(offsets[person], offsets[person + 1]);
    kept[person + 1] = kept[person]! + own.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  }
  return {
    items: { offsets: kept, itemsSorted: itemsSorted.filter((_, at) => weights[at]! > 0) },
    weights: weights.filter((weight) => weight > 0),
  };
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

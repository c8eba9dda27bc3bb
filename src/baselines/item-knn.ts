/** Items like those a user has: cosine similarity between the items' sets of users, shrunk; k nearest neighbours. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";

/** The nearest items of each item: those of item i are items[i * k .. i * k + counts[i]), in item order. */
export interface ItemNeighbours {
  readonly k: number;
  readonly counts: Uint32Array;
  readonly items: Uint32Array;
  readonly similarities: Float32Array;
}

/**
 * Score of (user, item): the sum of the similarities between the item and those of its neighbours that the user
 * has (Sarwar et al. 2001, unweighted, binary; the shrinkage is that of Dacrema et al. 2019: |common| /
 * (sqrt(|i|) sqrt(|j|) + shrinkage)).
 */
export function itemKnnScorer(
  train: Interactions,
  { neighbours, shrinkage }: { readonly neighbours: number; readonly shrinkage: number },
): Scorer {
  const seen = groupItemsByUser(train);
  const { k, counts, items: near, similarities } = itemNeighbours(seen, train.items, { k: neighbours, shrinkage });
  const { users, items } = train;
  const isSeen = new Uint8Array(items);
  const score = (item: number): number => {
    let sum = 0;
    for (let position = item * k, end = position + counts[item]!; position < end; position++) {
      if (isSeen[near[position]!] === 1) sum += similarities[position]!;
    }
    return sum;
  };
  const mark = (user: number, value: 0 | 1): void => {
    for (let position = seen.offsets[user]!; position < seen.offsets[user + 1]!; position++)
      isSeen[seen.itemsSorted[position]!] = value;
  };
  return {
    users,
    items,
    async pairs(userColumn, itemColumn) {
      const scores = new Float32Array(userColumn.length);
      for (let row = 0; row < userColumn.length; ) {
        const user = userColumn[row]!;
        mark(user, 1);
        for (; row < userColumn.length && userColumn[row] === user; row++) scores[row] = score(itemColumn[row]!);
        mark(user, 0);
      }
      return scores;
    },
    async catalogue(userColumn) {
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      for (const [row, user] of userColumn.entries()) {
        mark(user, 1);
        for (let item = 0; item < items; item++) scores[row * items + item] = score(item);
        mark(user, 0);
      }
      return scores;
    },
  };
}

/**
 * O(sum over users of items^2) in time, items x k in memory. Of equal similarities the first items stay; items
 * without a common user are none.
 */
export function itemNeighbours(
  seen: ItemsByUser,
  items: number,
  { k, shrinkage }: { readonly k: number; readonly shrinkage: number },
): ItemNeighbours {
  const usersOf = transposed(seen, items);
  const common = new Uint32Array(items);
  const met = new Uint32Array(items);
  const counts = new Uint32Array(items);
  const near = new Uint32Array(items * k);
  const similarities = new Float32Array(items * k);
  const roots = Float64Array.from(common, (_, item) => Math.sqrt(usersOf.offsets[item + 1]! - usersOf.offsets[item]!));
  for (let item = 0; item < items; item++) {
    let length = 0;
    for (let position = usersOf.offsets[item]!; position < usersOf.offsets[item + 1]!; position++) {
      const user = usersOf.itemsSorted[position]!;
      for (let at = seen.offsets[user]!; at < seen.offsets[user + 1]!; at++) {
        const other = seen.itemsSorted[at]!;
        if (common[other]!++ === 0 && other !== item) met[length++] = other;
      }
    }
    const others = met.subarray(0, length).sort();
    const found = Float64Array.from(others, (other) => common[other]! / (roots[item]! * roots[other]! + shrinkage));
    for (const other of others) common[other] = 0;
    common[item] = 0;
    for (const position of largest(found, k)) {
      near[item * k + counts[item]!] = others[position]!;
      similarities[item * k + counts[item]!] = found[position]!;
      counts[item]!++;
    }
  }
  return { k, counts, items: near, similarities };
}

/** Indices of the k largest values, ascending; of equal ones at the edge, the first. */
function* largest(values: Float64Array, k: number): Generator<number> {
  const edge = values.length <= k ? Number.NEGATIVE_INFINITY : values.slice().sort()[values.length - k]!;
  let room = k;
  for (const value of values) if (value > edge) room--;
  for (const [position, value] of values.entries()) {
    if (value > edge) yield position;
    else if (value === edge && room > 0) {
      room--;
      yield position;
    }
  }
}

/** Users by item, in the same form. */
export function transposed(seen: ItemsByUser, items: number): ItemsByUser {
  const offsets = new Uint32Array(items + 1);
  for (const item of seen.itemsSorted) offsets[item + 1]!++;
  for (let item = 0; item < items; item++) offsets[item + 1]! += offsets[item]!;
  const next = offsets.slice(0, items);
  const users = new Uint32Array(seen.itemsSorted.length);
  for (let user = 0; user + 1 < seen.offsets.length; user++) {
    for (let position = seen.offsets[user]!; position < seen.offsets[user + 1]!; position++) {
      users[next[seen.itemsSorted[position]!]!++] = user;
    }
  }
  return { offsets, itemsSorted: users };
}

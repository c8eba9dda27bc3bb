/** Items like those a user has: cosine similarity between the items' sets of users, shrunk; k nearest neighbours. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { Scorer } from "../ranker/scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { withItemWeights } from "./item-weight-scorer.ts";

/** The nearest items of each item: those of item i are items[i * k .. i * k + counts[i]), in item order. */
export interface ItemNeighbours {
  readonly k: number;
  readonly counts: Uint32Array;
  readonly items: Uint32Array;
  readonly similarities: Float32Array;
}

export interface ItemKnnOptions {
  readonly neighbours: number;
  readonly shrinkage: number;
}

/**
 * Score of (user, item): the sum of the similarities between the item and those of its neighbours that the user
 * has (Sarwar et al. 2001, unweighted, binary; the shrinkage is that of Dacrema et al. 2019: |common| /
 * (sqrt(|i|) sqrt(|j|) + shrinkage)).
 */
export function itemKnnScorer(train: Interactions, options: ItemKnnOptions): Scorer {
  return fitItemKnn(train, options).scorer;
}

export function fitItemKnn(train: Interactions, { neighbours, shrinkage }: ItemKnnOptions): FittedBaseline {
  const seen = groupItemsByUser(train);
  const found = itemNeighbours(seen, train.items, { k: neighbours, shrinkage });
  const neighboursInto = (item: number, out: Float32Array): void => {
    out.fill(0);
    for (let place = item * found.k; place < item * found.k + found.counts[item]!; place++) {
      out[found.items[place]!] = found.similarities[place]!;
    }
  };
  const scorer = neighbourScorer(seen, found, train);
  return {
    scorer,
    form: { kind: "item-weights", width: neighbours, weightsInto: neighboursInto, similarInto: neighboursInto },
    foldIn: async ({ items: people }) =>
      neighbourScorer(people, found, { users: people.offsets.length - 1, items: train.items }),
    scorerOn(kernels) {
      const { offsets, items: columns, similarities: weights } = reversedNeighbours(found);
      const ranks = kernels.itemWeightRanks({ items: train.items, rows: { offsets, columns }, weights });
      return withItemWeights(scorer, seen, ranks);
    },
  };
}

function neighbourScorer(
  seen: ItemsByUser,
  { k, counts, items: near, similarities }: ItemNeighbours,
  { users, items }: { readonly users: number; readonly items: number },
): Scorer {
  const isSeen = new Uint8Array(items);
  const score = (item: number): number => {
    let sum = 0;
    for (let position = item * k, end = position + counts[item]!; position < end; position++) {
      if (isSeen[near[position]!] === 1) sum += similarities[position]!;
    }
    return sum;
  };
  const ownOf = (user: number): Uint32Array => seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
  /** Of item j: the items that have j among their neighbours, and with which similarity. */
  let reversed: ReturnType<typeof reversedNeighbours> | null = null;
  return {
    users,
    items,
    async pairs(userColumn, itemColumn) {
      const scores = new Float32Array(userColumn.length);
      for (let row = 0; row < userColumn.length; ) {
        const user = userColumn[row]!;
        for (const item of ownOf(user)) isSeen[item] = 1;
        for (; row < userColumn.length && userColumn[row] === user; row++) scores[row] = score(itemColumn[row]!);
        for (const item of ownOf(user)) isSeen[item] = 0;
      }
      return scores;
    },
    async catalogue(userColumn) {
      // From what the user has outwards: the same terms in the same order, without looking at all other items.
      reversed ??= reversedNeighbours({ k, counts, items: near, similarities });
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      const sums = new Float64Array(items);
      for (const [row, user] of userColumn.entries()) {
        sums.fill(0);
        for (const item of ownOf(user)) {
          const end = reversed.offsets[item + 1]!;
          for (let position = reversed.offsets[item]!; position < end; position++) {
            sums[reversed.items[position]!]! += reversed.similarities[position]!;
          }
        }
        scores.set(sums, row * items);
      }
      return scores;
    },
  };
}

function reversedNeighbours({ k, counts, items: near, similarities }: ItemNeighbours): {
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
  readonly similarities: Float32Array;
} {
  const items = counts.length;
  const offsets = new Uint32Array(items + 1);
  const each = (visit: (item: number, position: number) => void): void => {
    for (let item = 0; item < items; item++) {
      for (let place = item * k; place < item * k + counts[item]!; place++) visit(item, place);
    }
  };
  each((_, place) => offsets[near[place]! + 1]!++);
  for (let item = 0; item < items; item++) offsets[item + 1]! += offsets[item]!;
  const next = offsets.slice(0, items);
  const reversed = new Uint32Array(offsets[items]!);
  const values = new Float32Array(reversed.length);
  each((item, place) => {
    const position = next[near[place]!]!++;
    reversed[position] = item;
    values[position] = similarities[place]!;
  });
  return { offsets, items: reversed, similarities: values };
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
  const values = new Float64Array(items);
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
    const others = met.subarray(0, length); // in the order met
    const found = values.subarray(0, length);
    for (const [place, other] of others.entries()) {
      found[place] = common[other]! / (roots[item]! * roots[other]! + shrinkage);
      common[other] = 0;
    }
    common[item] = 0;
    for (const { other, value } of largest(others, found, k)) {
      near[item * k + counts[item]!] = other;
      similarities[item * k + counts[item]!] = value;
      counts[item]!++;
    }
  }
  return { k, counts, items: near, similarities };
}

/** The others of the k largest values, in item order; of equal ones at the edge, the first items. */
function largest(
  others: Uint32Array,
  values: Float64Array,
  k: number,
): readonly { readonly other: number; readonly value: number }[] {
  const edge = values.length <= k ? Number.NEGATIVE_INFINITY : nthLargest(values.slice(), k);
  const kept: { other: number; value: number }[] = [];
  const atEdge: number[] = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    if (value > edge) kept.push({ other: others[place]!, value });
    else if (value === edge) atEdge.push(others[place]!);
  }
  for (const other of atEdge.sort((a, b) => a - b).slice(0, k - kept.length)) kept.push({ other, value: edge });
  return kept.sort((a, b) => a.other - b.other);
}

/** The n-th largest, n from 1, by quickselect (Hoare 1961); reorders `values`. */
function nthLargest(values: Float64Array, n: number): number {
  const target = values.length - n;
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      [values[left], values[right]] = [values[right]!, values[left]!];
      left++;
      right--;
    }
    if (target <= right) high = right;
    else if (target >= left) low = left;
    else break;
  }
  return values[target]!;
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

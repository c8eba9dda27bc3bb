/** EASE: one linear item-to-item map in closed form, from the inverse of the items' Gram matrix. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import { ConfigError } from "../errors.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import type { Scorer } from "../ranker/scorer.ts";

/** The Gram matrix in float64 and the weights in float32 take 12 bytes x items^2: 4.8 GB here. */
export const MOST_EASE_ITEMS = 20_000;

/**
 * Steck 2019, "Embarrassingly shallow autoencoders": P = (X^T X + regularization I)^-1, B_ij = -P_ij / P_jj,
 * B_jj = 0, score = x_u B, with X the binary matrix of users and items. items^3 operations. Throws
 * ConfigError beyond MOST_EASE_ITEMS.
 */
export async function easeScorer(
  train: Interactions,
  { regularization }: { readonly regularization: number },
  algebra: DenseAlgebra,
): Promise<Scorer> {
  if (train.items > MOST_EASE_ITEMS) {
    throw new ConfigError(
      `--baseline ease: it inverts an items x items matrix, and ${train.items} items are more than ${MOST_EASE_ITEMS}; choose item-knn or ials`,
    );
  }
  const seen = groupItemsByUser(train);
  return linearItemScorer(seen, await easeWeights(seen, train.items, regularization, algebra), train);
}

/** [to, from]: how much having item `from` speaks for item `to`; all that speaks for one item is one row. */
export async function easeWeights(
  seen: ItemsByUser,
  items: number,
  regularization: number,
  algebra: DenseAlgebra,
): Promise<Float32Array> {
  const gram = new Float64Array(items * items);
  for (let user = 0; user + 1 < seen.offsets.length; user++) {
    const own = seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
    for (const item of own) {
      const row = gram.subarray(item * items, (item + 1) * items);
      for (let index = 0; index < own.length; index++) row[own[index]!]!++;
    }
  }
  for (let item = 0; item < items; item++) gram[item * items + item]! += regularization;
  await algebra.invert(gram, items);
  const weights = new Float32Array(items * items);
  for (let to = 0; to < items; to++) {
    const scale = -1 / gram[to * items + to]!;
    // The inverse is symmetric: P_ij read along row j.
    for (let from = 0; from < items; from++) weights[to * items + from] = scale * gram[to * items + from]!;
    weights[to * items + to] = 0;
  }
  return weights;
}

function linearItemScorer(
  seen: ItemsByUser,
  weights: Float32Array,
  { users, items }: { readonly users: number; readonly items: number },
): Scorer {
  const score = (own: Uint32Array, item: number): number => {
    const first = item * items;
    let sum = 0;
    for (let index = 0; index < own.length; index++) sum += weights[first + own[index]!]!;
    return sum;
  };
  const ownOf = (user: number): Uint32Array => seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
  return {
    users,
    items,
    async pairs(userColumn, itemColumn) {
      return Float32Array.from(userColumn, (user, row) => score(ownOf(user), itemColumn[row]!));
    },
    async catalogue(userColumn) {
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      for (const [row, user] of userColumn.entries()) {
        const own = ownOf(user);
        for (let item = 0; item < items; item++) scores[row * items + item] = score(own, item);
      }
      return scores;
    },
  };
}

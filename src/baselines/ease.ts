/** EASE: one linear item-to-item map in closed form, from an inverse of the items' or the users' Gram matrix. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import { ConfigError } from "../errors.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { fitEaseByUsers } from "./ease-by-users.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { withItemWeights } from "./item-weight-scorer.ts";

/** Of the smaller of items and users: a matrix in float64 and the weights in float32 take 12 bytes x n^2, 4.8 GB. */
export const MOST_EASE_ROWS = 20_000;

export async function easeScorer(
  train: Interactions,
  options: { readonly regularization: number },
  algebra: DenseAlgebra,
): Promise<Scorer> {
  return (await fitEase(train, options, algebra)).scorer;
}

/**
 * Steck 2019, "Embarrassingly shallow autoencoders": P = (X^T X + regularization I)^-1, B_ij = -P_ij / P_jj,
 * B_jj = 0, score = x_u B, with X the binary matrix of users and items. min(users, items)^3 operations: where users
 * are fewer, the same P comes from the inverse of their Gram matrix. Throws ConfigError beyond MOST_EASE_ROWS.
 */
export async function fitEase(
  train: Interactions,
  { regularization }: { readonly regularization: number },
  algebra: DenseAlgebra,
): Promise<FittedBaseline> {
  const { users, items } = train;
  if (Math.min(users, items) > MOST_EASE_ROWS) {
    throw new ConfigError(
      `--baseline ease: it inverts an items x items (or users x users) matrix, and both ${items} items and ${users} users are more than ${MOST_EASE_ROWS}; choose item-knn or ials`,
    );
  }
  const seen = groupItemsByUser(train);
  if (users < items) return fitEaseByUsers(seen, { users, items, regularization }, algebra);
  const weights = await easeWeights(seen, items, regularization, algebra);
  const scorer = linearItemScorer(seen, weights, train);
  return {
    scorer,
    form: {
      kind: "item-weights",
      width: null,
      weightsInto(item, out) {
        for (let from = 0; from < items; from++) out[from] = weights[from * items + item]!;
      },
    },
    scorerOn: (kernels) => withItemWeights(scorer, seen, kernels.itemWeightRanks({ items, rows: null, weights })),
  };
}

/** [from, to]: how much having item `from` speaks for item `to`; all that one item speaks for is one row. */
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
  const scales = Float64Array.from({ length: items }, (_, item) => -1 / gram[item * items + item]!);
  const weights = new Float32Array(items * items);
  for (let from = 0; from < items; from++) {
    for (let to = 0; to < items; to++) weights[from * items + to] = scales[to]! * gram[from * items + to]!;
    weights[from * items + from] = 0;
  }
  return weights;
}

function linearItemScorer(
  seen: ItemsByUser,
  weights: Float32Array,
  { users, items }: { readonly users: number; readonly items: number },
): Scorer {
  const ownOf = (user: number): Uint32Array => seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
  return {
    users,
    items,
    async pairs(userColumn, itemColumn) {
      const scores = new Float32Array(userColumn.length);
      for (let row = 0; row < userColumn.length; ) {
        const user = userColumn[row]!;
        let end = row + 1;
        while (end < userColumn.length && userColumn[end] === user) end++;
        // Row after row of the weights, each for all of the user's pairs: near in memory.
        const sums = new Float64Array(end - row);
        for (const from of ownOf(user)) {
          const first = from * items;
          for (let index = 0; index < sums.length; index++) sums[index]! += weights[first + itemColumn[row + index]!]!;
        }
        scores.set(sums, row);
        row = end;
      }
      return scores;
    },
    async catalogue(userColumn) {
      const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
      const sums = new Float64Array(items);
      for (const [row, user] of userColumn.entries()) {
        sums.fill(0);
        for (const from of ownOf(user)) {
          const first = from * items;
          for (let item = 0; item < items; item++) sums[item]! += weights[first + item]!;
        }
        scores.set(sums, row * items);
      }
      return scores;
    },
  };
}

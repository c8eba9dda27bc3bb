/** EASE: one linear item-to-item map in closed form, from an inverse of the items' or the users' Gram matrix. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { fitEaseByUsers } from "./ease-by-users.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { withItemWeights } from "./item-weight-scorer.ts";
import { type MatrixMemory, matrixBytes, matrixMemory } from "./matrix-memory.ts";
import { addLowerPairs } from "./pair-counts.ts";

/** Memory is the caller's concern: easeBytes says how much. */
export async function easeScorer(
  train: Interactions,
  options: { readonly regularization: number },
  algebra: DenseAlgebra,
): Promise<Scorer> {
  const memory = matrixMemory(() => Number.POSITIVE_INFINITY);
  return (await fitEase(train, { ...options, memory }, algebra)).scorer;
}

/** What fitting takes at its peak: the matrix of the smaller side, and what inverting it needs beside it. */
export function easeBytes(
  { users, items }: { readonly users: number; readonly items: number },
  { inverseScratchBytes }: Pick<DenseAlgebra, "inverseScratchBytes">,
): number {
  const size = Math.min(users, items);
  return matrixBytes(size) + inverseScratchBytes(size);
}

/**
 * Steck 2019, "Embarrassingly shallow autoencoders": P = (X^T X + regularization I)^-1, B_ij = -P_ij / P_jj,
 * B_jj = 0, score = x_u B, with X the binary matrix of users and items. min(users, items)^3 operations: where users
 * are fewer, the same P comes from the inverse of their Gram matrix. One matrix in float32, in which all is done.
 * Throws ConfigError where `memory` has too little.
 */
export async function fitEase(
  train: Interactions,
  { regularization, memory }: { readonly regularization: number; readonly memory: MatrixMemory },
  algebra: DenseAlgebra,
): Promise<FittedBaseline> {
  const { users, items } = train;
  const seen = groupItemsByUser(train);
  const [size, side] = users < items ? [users, "users"] : [items, "items"];
  const what = `--baseline ease inverts a matrix of ${size} x ${size} ${side}`;
  const matrix = memory.take(size, { besideBytes: algebra.inverseScratchBytes(size), what });
  const release = (): void => memory.giveBack(matrix);
  if (users < items) {
    return { ...(await fitEaseByUsers(seen, { users, items, regularization, matrix }, algebra)), release };
  }
  const weights = await easeWeightsInto(matrix, seen, { items, regularization }, algebra);
  const scorer = linearItemScorer(seen, weights, train);
  return {
    scorer,
    form: {
      kind: "item-weights",
      width: null,
      weightsInto(item, out) {
        for (let from = 0; from < items; from++) out[from] = weights[from * items + item]!;
      },
      similarInto(item, out) {
        out.set(weights.subarray(item * items, (item + 1) * items));
      },
    },
    scorerOn: (kernels) => withItemWeights(scorer, seen, kernels.itemWeightRanks({ items, rows: null, weights })),
    foldIn: async ({ items: people }) => linearItemScorer(people, weights, { users: people.offsets.length - 1, items }),
    release,
  };
}

/**
 * `matrix`, [items, items] of zeros, becomes the weights [from, to]: how much having item `from` speaks for item `to`;
 * all that one item speaks for is one row.
 */
export async function easeWeightsInto(
  matrix: Float32Array,
  seen: ItemsByUser,
  { items, regularization }: { readonly items: number; readonly regularization: number },
  algebra: DenseAlgebra,
): Promise<Float32Array> {
  for (let user = 0; user + 1 < seen.offsets.length; user++) {
    const own = seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
    addLowerPairs(matrix, items, own);
  }
  for (let item = 0; item < items; item++) matrix[item * items + item]! += regularization;
  await algebra.invert(matrix, items);
  const scales = Float64Array.from({ length: items }, (_, item) => -1 / matrix[item * items + item]!);
  for (let from = 0; from < items; from++) {
    const row = matrix.subarray(from * items, (from + 1) * items);
    for (let to = 0; to < items; to++) row[to]! *= scales[to]!;
    row[from] = 0;
  }
  return matrix;
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

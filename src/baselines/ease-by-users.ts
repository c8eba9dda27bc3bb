/** EASE where users are fewer than items: the same scores from the inverse of the users' Gram matrix alone. */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { lowerBound } from "../dataset/lower-bound.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { transposed } from "./item-knn.ts";
import { addLowerPairs } from "./pair-counts.ts";
import { rowScorer } from "./pair-scorer.ts";

/**
 * With M = (X X^T + regularization I)^-1, Woodbury's identity gives P = (I - X^T M X) / regularization, and
 * x_u P = the sum of M_uv x_v over users v. So, with p_j = P_jj and s = (x_u P)_j / p_j, the score of (u, j) is -s, and
 * 1 - s where u has j, whose own weight is left out. users^3 operations, in `matrix`, [users, users] of zeros.
 */
export async function fitEaseByUsers(
  seen: ItemsByUser,
  options: {
    readonly users: number;
    readonly items: number;
    readonly regularization: number;
    readonly matrix: Float32Array;
  },
  algebra: DenseAlgebra,
): Promise<FittedBaseline> {
  const { users, items, regularization, matrix: inverse } = options;
  const usersOf = transposed(seen, items);
  // X X^T: how many items two users have in common.
  for (let item = 0; item < items; item++) addLowerPairs(inverse, users, takersOf(item));
  for (let user = 0; user < users; user++) inverse[user * users + user]! += regularization;
  await algebra.invert(inverse, users);
  const itemsOf = (user: number): Uint32Array => seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]);
  const diagonal = Float64Array.from({ length: items }, (_, item) => {
    const takers = takersOf(item);
    let sum = 0;
    for (const user of takers) for (const other of takers) sum += inverse[user * users + other]!;
    return (1 - sum) / regularization;
  });

  function takersOf(item: number): Uint32Array {
    return usersOf.itemsSorted.subarray(usersOf.offsets[item], usersOf.offsets[item + 1]);
  }
  /** (x_u P)_j */
  const projection = (user: number, item: number): number => {
    let sum = 0;
    for (const other of takersOf(item)) sum += inverse[user * users + other]!;
    return sum;
  };
  const similar = new Float64Array(items);
  const [common, weighed] = [new Float64Array(users), new Float64Array(users)];
  /**
   * Scores of somebody with the items `own`, x their row: with w = M X x, x P = (x - X^T w) / regularization, and the
   * score of j is x_j - (x P)_j / p_j. users^2 operations.
   */
  function personInto(own: Uint32Array, out: Float64Array): void {
    common.fill(0);
    for (const item of own) for (const taker of takersOf(item)) common[taker]!++;
    weighed.fill(0);
    for (let other = 0; other < users; other++) {
      const count = common[other]!;
      if (count === 0) continue;
      for (let user = 0; user < users; user++) weighed[user]! += count * inverse[other * users + user]!;
    }
    out.fill(0);
    for (let user = 0; user < users; user++) for (const item of itemsOf(user)) out[item]! += weighed[user]!;
    for (let item = 0; item < items; item++) out[item]! /= regularization * diagonal[item]!;
    for (const item of own) out[item]! += 1 - 1 / (regularization * diagonal[item]!);
  }
  const owns = (user: number, item: number): 0 | 1 => (has(itemsOf(user), item) ? 1 : 0);
  return {
    scorer: {
      users,
      items,
      async pairs(userColumn, itemColumn) {
        return Float32Array.from(userColumn, (user, row) => {
          const item = itemColumn[row]!;
          return owns(user, item) - projection(user, item) / diagonal[item]!;
        });
      },
      async catalogue(userColumn) {
        const scores = new Float32Array(userColumn.length * items); // [userColumn.length, items], row-major
        const sums = new Float64Array(items);
        for (const [row, user] of userColumn.entries()) {
          sums.fill(0);
          for (let other = 0; other < users; other++) {
            const weight = inverse[user * users + other]!;
            for (const item of itemsOf(other)) sums[item]! += weight;
          }
          for (let item = 0; item < items; item++) sums[item] = 0 - sums[item]! / diagonal[item]!;
          for (const item of itemsOf(user)) sums[item]! += 1;
          scores.set(sums, row * items);
        }
        return scores;
      },
    },
    form: {
      kind: "item-weights",
      width: null,
      weightsInto(item, out) {
        const column = new Float64Array(users); // M x_j
        for (const taker of takersOf(item)) {
          for (let user = 0; user < users; user++) column[user]! += inverse[taker * users + user]!;
        }
        for (let from = 0; from < items; from++) {
          let sum = 0;
          for (const user of takersOf(from)) sum += column[user]!;
          out[from] = from === item ? 0 : sum / (regularization * diagonal[item]!);
        }
      },
      similarInto(item, out) {
        personInto(Uint32Array.of(item), similar);
        out.set(similar);
        out[item] = 0;
      },
    },
    foldIn: async ({ items: { offsets, itemsSorted } }) =>
      rowScorer({ users: offsets.length - 1, items }, (person, out) =>
        personInto(itemsSorted.subarray(offsets[person], offsets[person + 1]), out),
      ),
  };
}

/** Whether `sorted`, ascending, holds the value. */
function has(sorted: Uint32Array, value: number): boolean {
  return sorted[lowerBound(sorted, value, 0, sorted.length)] === value;
}

/** PureSVD: everything absent is a zero, and the matrix of users and items is cut to its leading singular vectors. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import type { PeopleItems } from "../dataset/people-items.ts";
import { leadingRightSingular } from "../linear-algebra/sparse-svd.ts";
import { streamKey } from "../random.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { fittedFactors } from "./factor-scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";

/** Cremonesi, Koren & Turrin 2010: score = r_u Q q_i, where the columns of Q are the leading right singular vectors. */
export function fitPureSvd(
  train: Interactions,
  { factors, seed }: { readonly factors: number; readonly seed: number },
): FittedBaseline {
  const { offsets, itemsSorted } = groupItemsByUser(train);
  const matrix = { rows: train.users, columns: train.items, offsets, columnIndices: itemsSorted };
  const { values, vectors } = leadingRightSingular(matrix, factors, streamKey(seed, "baseline/pure-svd"));
  const width = values.length;
  const items = new Float32Array(train.items * width); // [items, width]
  for (let k = 0; k < width; k++) {
    for (let item = 0; item < train.items; item++) items[item * width + k] = vectors[k * train.items + item]!;
  }
  const users = projected({ offsets, itemsSorted }, items, width);
  return fittedFactors({ users, items, width }, async (people: PeopleItems) => projected(people.items, items, width));
}

/** [users, width]: r_u Q, the sums of the vectors of a user's items. */
function projected({ offsets, itemsSorted }: ItemsByUser, items: Float32Array, width: number): Float32Array {
  const users = new Float32Array((offsets.length - 1) * width);
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let index = offsets[user]!; index < offsets[user + 1]!; index++) {
      const item = itemsSorted[index]!;
      for (let k = 0; k < width; k++) users[user * width + k]! += items[item * width + k]!;
    }
  }
  return users;
}

export function pureSvdScorer(
  train: Interactions,
  options: { readonly factors: number; readonly seed: number },
): Scorer {
  return fitPureSvd(train, options).scorer;
}

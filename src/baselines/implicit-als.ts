/** iALS: matrix factorization of who has what, every absent pair counting a little, by alternating least squares. */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../dataset/interaction-dataset.ts";
import { type PeopleItems, weightsOfPairs } from "../dataset/people-items.ts";
import type { DenseAlgebra } from "../linear-algebra/dense-algebra.ts";
import { type RandomBlock, standardNormal, streamKey, threefry } from "../random.ts";
import type { Scorer } from "../ranker/scorer.ts";
import { fittedFactors } from "./factor-scorer.ts";
import type { FittedBaseline } from "./fitted-baseline.ts";
import { transposed } from "./item-knn.ts";

export interface ImplicitAlsOptions {
  readonly factors: number;
  /** lambda below. */
  readonly regularization: number;
  /** alpha_0 below. */
  readonly unobservedWeight: number;
  /** Sweeps over users, then items. */
  readonly iterations: number;
  readonly seed: number;
}

/** Standard deviation of a first vector's length in one coordinate, times sqrt(factors). */
const FIRST_DEVIATION = 0.1;

/**
 * Hu, Koren & Volinsky 2008 in the form of Rendle, Krichene, Zhang & Koren 2022 ("Revisiting the performance of iALS"),
 * binary ratings, c_ui the weight of a pair's rows (Hu et al.'s confidence), 1 in a log without weights:
 *   sum over observed c_ui (w_u h_i - 1)^2 + alpha_0 sum over all (w_u h_i)^2
 *   + lambda (sum over users (|I_u| + alpha_0 |I|) ||w_u||^2 + sum over items (|U_i| + alpha_0 |U|) ||h_i||^2),
 * their nu being 1. Initial vectors are normal with deviation 0.1 / sqrt(factors).
 */
export async function fitImplicitAls(
  train: Interactions,
  options: ImplicitAlsOptions,
  algebra: DenseAlgebra,
): Promise<FittedBaseline> {
  const { factors, regularization, unobservedWeight, iterations, seed } = options;
  const byUser = groupItemsByUser(train);
  const byItem = transposed(byUser, train.items);
  const ofUsers = weightsOfPairs(train, byUser);
  const ofItems = ofUsers === null ? null : transposedValues(ofUsers, byUser, byItem);
  const users = new Float32Array(train.users * factors);
  const items = firstVectors(train.items * factors, factors, seed);
  const shared = { width: factors, weight: unobservedWeight };
  const ridgesOfUsers = (offsets: Uint32Array): Float64Array =>
    ridges(offsets, regularization, unobservedWeight * train.items);
  const userRidge = ridgesOfUsers(byUser.offsets);
  const itemRidge = ridges(byItem.offsets, regularization, unobservedWeight * train.users);
  for (let iteration = 0; iteration < iterations; iteration++) {
    await algebra.sweep({
      ...shared,
      offsets: byUser.offsets,
      columns: byUser.itemsSorted,
      confidences: ofUsers,
      other: items,
      ridge: userRidge,
      own: users,
    });
    await algebra.sweep({
      ...shared,
      offsets: byItem.offsets,
      columns: byItem.itemsSorted,
      confidences: ofItems,
      other: users,
      ridge: itemRidge,
      own: items,
    });
  }
  /** The sweep over users once more, for other people, items held. */
  async function vectorsOf({ items: people, weights }: PeopleItems): Promise<Float32Array> {
    const own = new Float32Array((people.offsets.length - 1) * factors);
    await algebra.sweep({
      ...shared,
      offsets: people.offsets,
      columns: people.itemsSorted,
      confidences: weights,
      other: items,
      ridge: ridgesOfUsers(people.offsets),
      own,
    });
    return own;
  }

  return fittedFactors({ users, items, width: factors }, vectorsOf);
}

export async function implicitAlsScorer(
  train: Interactions,
  options: ImplicitAlsOptions,
  algebra: DenseAlgebra,
): Promise<Scorer> {
  return (await fitImplicitAls(train, options, algebra)).scorer;
}

/** From the order of users to that of items, in each of which the other side ascends. */
function transposedValues(values: Float32Array, { itemsSorted }: ItemsByUser, byItem: ItemsByUser): Float32Array {
  const next = byItem.offsets.slice();
  const moved = new Float32Array(values.length);
  for (const [position, value] of values.entries()) moved[next[itemsSorted[position]!]!++] = value;
  return moved;
}

function ridges(offsets: Uint32Array, regularization: number, unobserved: number): Float64Array {
  return Float64Array.from(
    { length: offsets.length - 1 },
    (_, row) => regularization * (offsets[row + 1]! - offsets[row]! + unobserved),
  );
}

function firstVectors(length: number, factors: number, seed: number): Float32Array {
  const key = streamKey(seed, "baseline/ials");
  const block: RandomBlock = { first: 0, second: 0 };
  const deviation = FIRST_DEVIATION / Math.sqrt(factors);
  const vectors = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    threefry(key, index, 0, block);
    vectors[index] = deviation * standardNormal(block);
  }
  return vectors;
}

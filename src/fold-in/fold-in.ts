/**
 * Fold-in: the row of a person who is not among the ranker's users, from the items the person took. The row alone is
 * solved for, under the run's own loss (person-loss.ts) and what the ranker's users say of rows (row-prior.ts);
 * everything else stays as it was trained. The same items give the same bits.
 */
import { makePermutation, permute, streamKey } from "../random.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { choleskyFactor } from "./cholesky.ts";
import { minimize } from "./minimize.ts";
import { type FoldableLoss, personLoss, sampleCurvature } from "./person-loss.ts";
import { openPersonScores, type PersonScores } from "./person-scores.ts";
import { rowLayout } from "./row-layout.ts";
import { rowPrior, rowsOfUsers, spread } from "./row-prior.ts";

export interface FoldInOptions {
  /** How the ranker was trained. */
  readonly loss: FoldableLoss;
  readonly negativesPerPositive: number;
  readonly seed: number;
  /** Tables whose rows LAWN held, each with the norm that a person's row is cut to where it is longer. */
  readonly heldNorms: ReadonlyMap<string, number>;
  /** Users and items that were trained. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

export interface Person {
  /** Distinct items that the person took, at least one of them of a weight above 0. */
  readonly items: Uint32Array;
  /** [items] what the loss of each is multiplied by, at least 0; those of 0 are known and not learnt from. */
  readonly weights: Float64Array;
}

export interface FoldIn {
  /** Writes the person's row into tables of users, such as userDot [users, dot], as user `user`. */
  solveInto(person: Person, tables: Parameters, user: number): Solution;
}

export interface Solution {
  readonly iterations: number;
  readonly value: number;
}

/**
 * What the users' distribution counts beside a person's items. Chosen on the validation items of people who were kept
 * out of MovieLens 1M: bench/serving/fold-in.mjs, docs/library.md.
 */
const PRIOR_STRENGTH = 0.3;
/** Items that stand for all negatives, at most: latency has a bound, whatever the catalogue. */
const MOST_NEGATIVES = 4096;
/** Users whose rows say what curvature a step meets, at most. It steers the solver, and decides no minimum. */
const CURVATURE_USERS = 64;
const STOPPING = { tolerance: 1e-2, mostIterations: 30 };

/** Of a ranker whose dot path is an inner product. */
export function openFoldIn(
  { spec, parameters }: { readonly spec: RankerSpec; readonly parameters: Parameters },
  options: FoldInOptions,
): FoldIn {
  const { loss, negativesPerPositive, seed, heldNorms, users, items } = options;
  const layout = rowLayout(spec);
  const { width } = layout;
  const { mean, precision } = rowPrior(layout, parameters, users);
  const scoresOf = openPersonScores(spec, parameters, layout);
  const standIns = drawn(items, seed);
  const positions = new Map(Array.from(standIns, (item, position) => [item, position] as const));
  const isNegative = new Uint8Array(standIns.length);
  const negatives = scoresOf(standIns);
  const [negativeLogits, negativeSlopes] = [new Float64Array(standIns.length), new Float64Array(standIns.length)];
  const negativeCurvature = curvatureOf(negatives, meanCurvatures());
  const atMean = new Float64Array(standIns.length);
  negatives.score(mean, atMean);

  /** Of each stand-in, the curvature of its sample on average over some users: a person's row will be among theirs. */
  function meanCurvatures(): Float64Array {
    const taken = Math.min(users.length, CURVATURE_USERS);
    const rows = rowsOfUsers(layout, parameters, spread(users, taken));
    const curvatures = new Float64Array(standIns.length);
    for (let k = 0; k < taken; k++) {
      negatives.score(rows.subarray(k * width, (k + 1) * width), negativeLogits);
      for (const [j, logit] of negativeLogits.entries()) {
        curvatures[j]! += sampleCurvature(loss, logit) / (taken * standIns.length);
      }
    }
    return curvatures;
  }

  function curvatureOf(scores: PersonScores, curvatures: Float64Array): Float64Array {
    const matrix = new Float64Array(width * width);
    scores.addCurvature(curvatures, matrix);
    return matrix;
  }

  return {
    solveInto(person, tables, user) {
      const taken = person.items.filter((_, k) => person.weights[k]! > 0);
      const weights = person.weights.filter((weight) => weight > 0);
      isNegative.fill(1);
      for (const item of person.items) {
        const position = positions.get(item);
        if (position !== undefined) isNegative[position] = 0;
      }
      const lossOf = personLoss({ loss, negativesPerPositive, weights, isNegative });
      const positives = scoresOf(taken);
      const [logits, slopes] = [new Float64Array(taken.length), new Float64Array(taken.length)];
      positives.score(mean, logits);
      const curvature = curvatureOf(
        positives,
        logits.map((logit, k) => weights[k]! * sampleCurvature(loss, logit)),
      );
      const samples = negativesPerPositive * taken.length;
      for (let i = 0; i < curvature.length; i++) {
        curvature[i]! += samples * negativeCurvature[i]! + PRIOR_STRENGTH * precision[i]!;
      }
      const factor = choleskyFactor(curvature, width);
      const [rowSlope, offset] = [new Float64Array(width), new Float64Array(width)];
      const { x, value, iterations } = minimize(
        (row, gradient) => {
          positives.score(row, logits);
          // The first row is the same for everybody.
          if (row === mean) negativeLogits.set(atMean);
          else negatives.score(row, negativeLogits);
          let sum = lossOf(logits, negativeLogits, slopes, negativeSlopes);
          rowSlope.fill(0);
          positives.addGradient(slopes, rowSlope);
          negatives.addGradient(negativeSlopes, rowSlope);
          for (let i = 0; i < width; i++) offset[i] = row[i]! - mean[i]!;
          for (let i = 0; i < width; i++) {
            let force = 0;
            for (let j = 0; j < width; j++) force += precision[i * width + j]! * offset[j]!;
            sum += (PRIOR_STRENGTH / 2) * offset[i]! * force;
            gradient[i] = rowSlope[i]! + PRIOR_STRENGTH * force;
          }
          return sum;
        },
        mean,
        { ...STOPPING, precondition: (gradient) => factor.solveInPlace(gradient) },
      );
      for (const { name, start, end } of layout.tables) {
        const part = x.subarray(start, end);
        cutToNormInPlace(part, heldNorms.get(name) ?? Number.POSITIVE_INFINITY);
        tables.get(name)!.set(part, user * (end - start)); // tables of this ranker
      }
      return { iterations, value };
    },
  };
}

/** All items, or MOST_NEGATIVES of them drawn once: the same for every person. */
function drawn(items: Uint32Array, seed: number): Uint32Array {
  if (items.length <= MOST_NEGATIVES) return items;
  const permutation = makePermutation(streamKey(seed, "fold-in"), items.length);
  return Uint32Array.from({ length: MOST_NEGATIVES }, (_, k) => items[permute(permutation, k)]!).sort();
}

/** At the end: the prior has drawn the row near that length, and on the way the problem stays convex. */
function cutToNormInPlace(part: Float64Array, norm: number): void {
  let squares = 0;
  for (const value of part) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > norm) for (let i = 0; i < part.length; i++) part[i]! *= norm / length;
}

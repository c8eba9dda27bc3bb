/**
 * Fold-in: the row of a person who is not among the ranker's users, from the items the person took. The row alone is
 * solved for, under the run's own loss (person-loss.ts) and what the ranker's users say of rows (row-prior.ts);
 * everything else stays as it was trained. The same items give the same bits.
 */
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { withoutCosine } from "../ranker/unit-rows.ts";
import { choleskyFactor } from "./cholesky.ts";
import { minimize } from "./minimize.ts";
import { personLoss } from "./person-loss.ts";
import type { FoldableLoss } from "./person-samples.ts";
import { openPersonScores } from "./person-scores.ts";
import { rowDirection } from "./row-direction.ts";
import { rowLayout, tableOf } from "./row-layout.ts";
import { rowPrior, rowsOfUsers, spread } from "./row-prior.ts";
import { type NegativeDraws, standInsFor } from "./stand-ins.ts";
import { negativesCurvature, positiveCurvatures, samplesOf } from "./start-curvature.ts";

export interface FoldInOptions {
  /** How the ranker was trained. */
  readonly loss: FoldableLoss;
  readonly negatives: NegativeDraws;
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
/** Users whose rows say what curvature a step meets, at most. It steers the solver, and decides no minimum. */
const CURVATURE_USERS = 64;
const STOPPING = { tolerance: 1e-2, mostIterations: 30 };

/** Of a cosine the row's direction alone is solved for, among rows that all have the length of 1 / temperature. */
export function openFoldIn(
  ranker: { readonly spec: RankerSpec; readonly parameters: Parameters },
  { loss, negatives: draws, seed, heldNorms, users, items }: FoldInOptions,
): FoldIn {
  const { spec, parameters } = withoutCosine(ranker.spec, ranker.parameters);
  const layout = rowLayout(spec);
  const { width } = layout;
  const { cosineTemperature: temperature } = ranker.spec;
  const direction = temperature === null ? null : rowDirection(tableOf(layout, "userDot"), 1 / temperature);
  const { mean, precision } = rowPrior(layout, parameters, users);
  const start = mean.slice();
  direction?.rowOf(mean, start);
  const correction = loss.name === "softmax" ? draws.itemLogQ : null;
  const scoresOf = openPersonScores(spec, parameters, { layout, correction });
  const standIns = standInsFor(draws, { items, seed });
  const negatives = scoresOf(standIns.items);
  const negativeLogits = new Float64Array(standIns.items.length);
  const negativeSlopes = new Float64Array(standIns.items.length);
  const atStart = new Float64Array(standIns.items.length);
  negatives.score(start, atStart);
  const ofNegatives = negativesCurvature(loss.name, negatives, {
    shares: standIns.shares,
    rows: rowsOfUsers(layout, parameters, spread(users, Math.min(users.length, CURVATURE_USERS))),
    width,
  });
  const [row, offset] = [new Float64Array(width), new Float64Array(width)];

  return {
    solveInto(person, tables, user) {
      const taken = person.items.filter((_, k) => person.weights[k]! > 0);
      const weights = person.weights.filter((weight) => weight > 0);
      const { shares, perPositive } = standIns.negativesOf(person.items);
      const lossOf = personLoss({ loss, negativesPerPositive: perPositive, weights, shares });
      const positives = scoresOf(taken);
      const [logits, slopes] = [new Float64Array(taken.length), new Float64Array(taken.length)];
      let precondition: ((gradient: Float64Array) => void) | null = null;

      /** At the start, where slopes and gradient are known: there the person's own curvature is asked. */
      function preconditionerAt(gradient: Float64Array): (gradient: Float64Array) => void {
        const curvature = new Float64Array(width * width);
        positives.addCurvature(positiveCurvatures(loss.name, weights, slopes), curvature);
        const samples = samplesOf(loss.name, perPositive, slopes);
        for (let i = 0; i < curvature.length; i++) {
          curvature[i]! += samples * ofNegatives[i]! + PRIOR_STRENGTH * precision[i]!;
        }
        direction?.addTurning(start, gradient, curvature);
        const factor = choleskyFactor(curvature, width);
        return (vector) => factor.solveInPlace(vector);
      }

      const solution = minimize(
        (free, gradient) => {
          if (direction === null) row.set(free);
          else direction.rowOf(free, row);
          positives.score(row, logits);
          // The first row is the same for everybody.
          if (free === start) negativeLogits.set(atStart);
          else negatives.score(row, negativeLogits);
          let sum = lossOf(logits, negativeLogits, slopes, negativeSlopes);
          gradient.fill(0);
          positives.addGradient(slopes, gradient);
          negatives.addGradient(negativeSlopes, gradient);
          for (let i = 0; i < width; i++) offset[i] = row[i]! - mean[i]!;
          for (let i = 0; i < width; i++) {
            let force = 0;
            for (let j = 0; j < width; j++) force += precision[i * width + j]! * offset[j]!;
            sum += (PRIOR_STRENGTH / 2) * offset[i]! * force;
            gradient[i]! += PRIOR_STRENGTH * force;
          }
          precondition ??= preconditionerAt(gradient);
          direction?.pullBack(free, gradient);
          return sum;
        },
        start,
        { ...STOPPING, precondition: (gradient) => precondition!(gradient) },
      );
      if (direction === null) row.set(solution.x);
      else direction.rowOf(solution.x, row);
      for (const { name, start: first, end } of layout.tables) {
        const part = row.subarray(first, end);
        cutToNormInPlace(part, heldNorms.get(name) ?? Number.POSITIVE_INFINITY);
        tables.get(name)!.set(part, user * (end - first)); // tables of this ranker
      }
      return { iterations: solution.iterations, value: solution.value };
    },
  };
}

/** At the end: the prior has drawn the row near that length, and on the way the problem stays convex. */
function cutToNormInPlace(part: Float64Array, norm: number): void {
  let squares = 0;
  for (const value of part) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > norm) for (let i = 0; i < part.length; i++) part[i]! *= norm / length;
}

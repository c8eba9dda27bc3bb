/** One person's row where loss and prior together are least, against given items that stand for the negatives. */
import { choleskyFactor } from "./cholesky.ts";
import { minimize } from "./minimize.ts";
import { personLoss } from "./person-loss.ts";
import type { FoldableLoss } from "./person-samples.ts";
import type { PersonScores } from "./person-scores.ts";
import type { RowDirection } from "./row-direction.ts";
import type { RowPrior } from "./row-prior.ts";
import { positiveCurvatures, samplesOf } from "./start-curvature.ts";

/** What all persons of a ranker have in common. */
export interface RowProblem {
  readonly loss: FoldableLoss;
  readonly prior: RowPrior;
  /** Of a cosine; null of inner products. */
  readonly direction: RowDirection | null;
  /** [width, width] of start-curvature.ts. */
  readonly negativesCurvature: Float64Array;
}

export interface PersonProblem {
  readonly positives: PersonScores;
  /** [positives] above 0. */
  readonly weights: Float64Array;
  readonly negatives: PersonScores;
  /** [negatives], as of PersonSamples. */
  readonly shares: Float64Array;
  readonly negativesPerPositive: number;
  /** [width] where the solver begins, and the negatives' logits there. */
  readonly start: Float64Array;
  readonly negativesAtStart: Float64Array;
}

export interface SolvedRow {
  readonly row: Float64Array;
  readonly iterations: number;
  readonly value: number;
}

/**
 * What the users' distribution counts beside a person's items. Chosen on the validation items of people who were kept
 * out of MovieLens 1M: bench/serving/fold-in.mjs, docs/library.md.
 */
const PRIOR_STRENGTH = 0.3;
const STOPPING = { tolerance: 1e-2, mostIterations: 30 };

export function solveRow(
  { loss, prior: { mean, precision }, direction, negativesCurvature }: RowProblem,
  { positives, weights, negatives, shares, negativesPerPositive, start, negativesAtStart }: PersonProblem,
): SolvedRow {
  const width = mean.length;
  const lossOf = personLoss({ loss, negativesPerPositive, weights, shares });
  const [logits, slopes] = [new Float64Array(weights.length), new Float64Array(weights.length)];
  const [otherLogits, otherSlopes] = [new Float64Array(shares.length), new Float64Array(shares.length)];
  const [row, offset] = [new Float64Array(width), new Float64Array(width)];
  let precondition: ((gradient: Float64Array) => void) | null = null;

  /** At the start, where slopes and gradient are known: there the person's own curvature is asked. */
  function preconditionerAt(gradient: Float64Array): (gradient: Float64Array) => void {
    const curvature = new Float64Array(width * width);
    positives.addCurvature(positiveCurvatures(loss.name, weights, slopes), curvature);
    const samples = samplesOf(loss.name, negativesPerPositive, slopes);
    for (let i = 0; i < curvature.length; i++) {
      curvature[i]! += samples * negativesCurvature[i]! + PRIOR_STRENGTH * precision[i]!;
    }
    direction?.addTurning(row, gradient, curvature);
    const factor = choleskyFactor(curvature, width);
    return (vector) => factor.solveInPlace(vector);
  }

  function rowOf(free: Float64Array): void {
    if (direction === null) row.set(free);
    else direction.rowOf(free, row);
  }

  const { x, value, iterations } = minimize(
    (free, gradient) => {
      rowOf(free);
      positives.score(row, logits);
      if (free === start) otherLogits.set(negativesAtStart);
      else negatives.score(row, otherLogits);
      let sum = lossOf(logits, otherLogits, slopes, otherSlopes);
      gradient.fill(0);
      positives.addGradient(slopes, gradient);
      negatives.addGradient(otherSlopes, gradient);
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
  rowOf(x);
  return { row, iterations, value };
}

/**
 * What the logits of the probe say: how large they are, how wrong, how well they separate, and how many samples still
 * teach. One forward pass over its pairs.
 */
import { negativesOfRow } from "../dataset/batch.ts";
import { openForward } from "../ranker/forward.ts";
import { sigmoid, softmaxCrossEntropy } from "../ranker/loss.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { finiteOrNull } from "./finite-or-null.ts";
import { logitScale } from "./logit-scale.ts";
import type { Probe } from "./probe.ts";
import { quantileOfSorted } from "./quantile.ts";

export interface ProbeFigures {
  readonly logitAbsP50: number | null;
  readonly logitAbsP99: number | null;
  /**
   * Quantiles of p (1 - p), the slope of the sigmoid: near 0, samples no longer teach. Under bpr, p is that of the
   * margin; under softmax and ccl, the positive's share.
   */
  readonly slopeP10: number | null;
  readonly slopeP50: number | null;
  readonly slopeP90: number | null;
  /** Mean |p - label|; where a positive is compared, mean 1 - p. */
  readonly meanError: number | null;
  /** Share of samples with |p - label| below `FADED`: by the loss's derivative at the logit, they teach nothing. */
  readonly fadedShare: number | null;
  readonly margins: Margins;
  /** Per tower layer: share of units that gave 0 for every pair of the probe. */
  readonly deadUnits: readonly (number | null)[];
}

/**
 * Margins over the scale of the logits: y z, y = 1 for a positive and -1 for a negative; where a positive is compared,
 * its logit less the largest of its negatives'.
 */
export interface Margins {
  /** By what the margins are divided: logit-scale.ts. */
  readonly scale: number | null;
  /** Of the normalised margins: above 0 once every sample of the probe is right. */
  readonly smallest: number | null;
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  /** Share of samples whose margin is 0 or less: the error on the probe. */
  readonly wrongShare: number | null;
}

/** Of a derivative that is .5 before training and 1 at most. */
const FADED = 0.001;

export function measureProbe(spec: RankerSpec, parameters: Parameters, { batch }: Probe): ProbeFigures {
  const forward = openForward(spec, parameters);
  const fired = spec.tower.map((width) => new Uint8Array(width));
  const logitOf = (user: number, item: number): number => {
    const logit = forward.logit(user, item);
    for (const [layer, units] of fired.entries()) {
      const outputs = forward.layers[layer + 1]!;
      for (let unit = 0; unit < units.length; unit++) if (outputs[unit] !== 0) units[unit] = 1;
    }
    return logit;
  };

  const sizes: number[] = [];
  const slopes = new Float64Array(batch.length);
  const margins: number[] = [];
  let errors = 0;
  let faded = 0;
  for (let row = 0; row < batch.length; row++) {
    const user = batch.users[row]!;
    let p: number;
    let error: number;
    if (batch.kind === "pointwise") {
      const logit = logitOf(user, batch.items[row]!);
      sizes.push(Math.abs(logit));
      p = sigmoid(logit);
      error = Math.abs(p - batch.labels[row]!);
      margins.push(batch.labels[row]! > 0.5 ? logit : -logit);
    } else {
      // Under bpr, p is that of a softmax of two.
      const items = [batch.positives[row]!, ...negativesOfRow(batch, row)];
      const logits = Float64Array.from(items, (item) => logitOf(user, item));
      for (const logit of logits) sizes.push(Math.abs(logit));
      p = Math.exp(-softmaxCrossEntropy(logits, new Float64Array(items.length)));
      error = Math.abs(p - 1);
      if (items.length > 1)
        margins.push(logits[0]! - logits.subarray(1).reduce((most, logit) => Math.max(most, logit)));
    }
    slopes[row] = p * (1 - p);
    errors += error;
    if (error < FADED) faded++;
  }
  const ascendingSizes = Float64Array.from(sizes).sort();
  slopes.sort();
  return {
    logitAbsP50: finiteOrNull(quantileOfSorted(ascendingSizes, 0.5)),
    logitAbsP99: finiteOrNull(quantileOfSorted(ascendingSizes, 0.99)),
    slopeP10: finiteOrNull(quantileOfSorted(slopes, 0.1)),
    slopeP50: finiteOrNull(quantileOfSorted(slopes, 0.5)),
    slopeP90: finiteOrNull(quantileOfSorted(slopes, 0.9)),
    meanError: finiteOrNull(errors / batch.length),
    fadedShare: finiteOrNull(faded / batch.length),
    margins: marginsOf(margins, logitScale(spec, parameters, { comparesItems: batch.kind !== "pointwise" })),
    deadUnits: fired.map((units) => units.filter((unit) => unit === 0).length / units.length),
  };
}

/** Null throughout where there is nothing to compare; a diverged ranker's wrong share is not known. */
function marginsOf(margins: readonly number[], scale: number): Margins {
  const ascending = Float64Array.from(margins, (margin) => margin / scale).sort();
  const quantile = (p: number) => (ascending.length === 0 ? null : finiteOrNull(quantileOfSorted(ascending, p)));
  const wrong = margins.filter((margin) => margin <= 0).length;
  return {
    scale: finiteOrNull(scale),
    smallest: quantile(0),
    p10: quantile(0.1),
    p50: quantile(0.5),
    p90: quantile(0.9),
    wrongShare: margins.some(Number.isNaN) ? null : finiteOrNull(wrong / margins.length),
  };
}

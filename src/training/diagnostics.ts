/**
 * How far a ranker can still move: logits, gradients, norms and turning of every tensor, measured after each
 * epoch on a fixed probe. Plain JSON for training.jsonl; a value that is not finite is null. What each figure
 * tells: docs/diagnostics.md.
 */

import { negativesOfRow } from "../dataset/batch.ts";
import { openForward } from "../ranker/forward.ts";
import { sigmoid, softmaxCrossEntropy } from "../ranker/loss.ts";
import { type ParameterInfo, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import type { Probe } from "./probe.ts";
import { quantileOfSorted } from "./quantile.ts";
import { angleBetween, norm, relativeDisplacement, rowNorms, tangentNorm } from "./tensor-geometry.ts";

type ByTensor = Readonly<Record<string, number | null>>;

export interface Diagnostics {
  /** Mean loss of the probe. */
  readonly loss: number | null;
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
  readonly norms: ByTensor;
  readonly gradientNorms: ByTensor;
  readonly gradientNormsOverLoss: ByTensor;
  /** Of the gradient's part tangent to the tensor's sphere (or its rows' spheres). */
  readonly tangentGradientNorms: ByTensor;
  readonly tangentGradientNormsOverLoss: ByTensor;
  /** Since the epoch before; null when its parameters are not at hand. */
  readonly moved: Movement | null;
  /** Since the switch to the constrained phase; null before it. */
  readonly movedSinceSwitch: Movement | null;
  /** Embedding tables only. */
  readonly rowNorms: Readonly<Record<string, RowNorms>>;
  /** Per tower layer: share of units that gave 0 for every pair of the probe. */
  readonly deadUnits: readonly (number | null)[];
}

export interface Movement {
  /** ||w' - w|| / ||w|| */
  readonly relative: ByTensor;
  /** Radians. */
  readonly angle: ByTensor;
}

export interface RowNorms {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  /** Mean norm per decile of training interactions, rarest first; null for a decile without rows. */
  readonly byPopularity: readonly (number | null)[];
}

export interface DiagnosticsOptions {
  readonly spec: RankerSpec;
  readonly probe: Probe;
  readonly parameters: Parameters;
  /** Of the probe's batch at `parameters`, from `session.gradient`. */
  readonly gradient: { readonly loss: number; readonly gradient: Parameters };
  /** Parameters after the epoch before. */
  readonly previous: Parameters | null;
  readonly atSwitch: Parameters | null;
  /** What a block is: each tensor, or each of its rows, as LAWN's granularity says. */
  readonly blocks: "layer" | "row";
}

export function measureDiagnostics(options: DiagnosticsOptions): Diagnostics {
  const { spec, probe, parameters, gradient, previous, atSwitch, blocks } = options;
  const infos = parametersOf(spec);
  const { loss } = gradient;
  const perTensor = (measure: (info: ParameterInfo) => number): ByTensor =>
    Object.fromEntries(infos.map((info) => [info.name, finiteOrNull(measure(info))]));
  const weights = (info: ParameterInfo) => parameters.get(info.name)!;
  const gradients = (info: ParameterInfo) => gradient.gradient.get(info.name)!;
  const tangent = (info: ParameterInfo) =>
    tangentNorm(gradients(info), weights(info), blocks === "row" ? rowsOf(info) : 1);
  const movement = (from: Parameters | null): Movement | null =>
    from === null
      ? null
      : {
          relative: perTensor((info) => relativeDisplacement(from.get(info.name)!, weights(info))),
          angle: perTensor((info) => angleBetween(from.get(info.name)!, weights(info))),
        };

  return {
    loss: finiteOrNull(loss),
    ...measureProbe(spec, parameters, probe),
    norms: perTensor((info) => norm(weights(info))),
    gradientNorms: perTensor((info) => norm(gradients(info))),
    gradientNormsOverLoss: perTensor((info) => norm(gradients(info)) / loss),
    tangentGradientNorms: perTensor(tangent),
    tangentGradientNormsOverLoss: perTensor((info) => tangent(info) / loss),
    moved: movement(previous),
    movedSinceSwitch: movement(atSwitch),
    rowNorms: Object.fromEntries(
      infos
        .filter((info) => info.role === "embedding")
        .map((info) => [
          info.name,
          spreadOfRows(
            rowNorms(weights(info), rowsOf(info)),
            info.name.startsWith("user") ? probe.userDeciles : probe.itemDeciles,
          ),
        ]),
    ),
  };
}

type ProbeFigures = Pick<
  Diagnostics,
  "logitAbsP50" | "logitAbsP99" | "slopeP10" | "slopeP50" | "slopeP90" | "meanError" | "deadUnits"
>;

function measureProbe(spec: RankerSpec, parameters: Parameters, { batch }: Probe): ProbeFigures {
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
  let error = 0;
  for (let row = 0; row < batch.length; row++) {
    const user = batch.users[row]!;
    let p: number;
    let label = 1;
    if (batch.kind === "pointwise") {
      const logit = logitOf(user, batch.items[row]!);
      sizes.push(Math.abs(logit));
      p = sigmoid(logit);
      label = batch.labels[row]!;
    } else {
      // Under bpr, p is that of a softmax of two.
      const items = [batch.positives[row]!, ...negativesOfRow(batch, row)];
      const logits = Float64Array.from(items, (item) => logitOf(user, item));
      for (const logit of logits) sizes.push(Math.abs(logit));
      p = Math.exp(-softmaxCrossEntropy(logits, new Float64Array(items.length)));
    }
    slopes[row] = p * (1 - p);
    error += Math.abs(p - label);
  }
  const ascendingSizes = Float64Array.from(sizes).sort();
  slopes.sort();
  return {
    logitAbsP50: finiteOrNull(quantileOfSorted(ascendingSizes, 0.5)),
    logitAbsP99: finiteOrNull(quantileOfSorted(ascendingSizes, 0.99)),
    slopeP10: finiteOrNull(quantileOfSorted(slopes, 0.1)),
    slopeP50: finiteOrNull(quantileOfSorted(slopes, 0.5)),
    slopeP90: finiteOrNull(quantileOfSorted(slopes, 0.9)),
    meanError: finiteOrNull(error / batch.length),
    deadUnits: fired.map((units) => units.filter((unit) => unit === 0).length / units.length),
  };
}

function spreadOfRows(norms: Float64Array, deciles: Uint8Array): RowNorms {
  const sums = new Float64Array(10);
  const counts = new Uint32Array(10);
  for (const [row, length] of norms.entries()) {
    sums[deciles[row]!]! += length;
    counts[deciles[row]!]!++;
  }
  const ascending = norms.slice().sort();
  return {
    p10: finiteOrNull(quantileOfSorted(ascending, 0.1)),
    p50: finiteOrNull(quantileOfSorted(ascending, 0.5)),
    p90: finiteOrNull(quantileOfSorted(ascending, 0.9)),
    byPopularity: Array.from(sums, (sum, decile) => finiteOrNull(sum / counts[decile]!)),
  };
}

/** Rows as LAWN counts them: per id, per output unit; a head or a bias vector is one row. */
function rowsOf(info: ParameterInfo): number {
  return info.shape.length === 2 ? info.shape[0]! : 1;
}

/** JSON has no NaN and no infinities. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

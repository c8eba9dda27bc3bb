/**
 * How far a ranker can still move: logits, gradients, norms and turning of every tensor, measured after each
 * epoch on a fixed probe. Plain JSON for training.jsonl; a value that is not finite is null. What each figure
 * tells: docs/diagnostics.md.
 */

import { type ParameterInfo, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import { foldSides, type Sides } from "../ranker/side.ts";
import { finiteOrNull } from "./finite-or-null.ts";
import type { Probe } from "./probe.ts";
import { measureProbe, type ProbeFigures } from "./probe-figures.ts";
import { quantileOfSorted } from "./quantile.ts";
import { angleBetween, norm, relativeDisplacement, rowNorms, tangentNorm } from "./tensor-geometry.ts";

type ByTensor = Readonly<Record<string, number | null>>;

export interface Diagnostics extends ProbeFigures {
  /** Mean loss of the probe. */
  readonly loss: number | null;
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
  /** Embedding tables only: of users and items, whatever they are sums of. */
  readonly rowNorms: Readonly<Record<string, RowNorms>>;
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
  /** What its users and items are sums of: logits and norms of rows are theirs, the others of tensors as trained. */
  readonly sides: Sides;
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
  const { spec, sides, probe, parameters, gradient, previous, atSwitch, blocks } = options;
  const folded = foldSides(spec, parameters, sides);
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
    ...measureProbe(folded.spec, folded.parameters, probe),
    norms: perTensor((info) => norm(weights(info))),
    gradientNorms: perTensor((info) => norm(gradients(info))),
    gradientNormsOverLoss: perTensor((info) => norm(gradients(info)) / loss),
    tangentGradientNorms: perTensor(tangent),
    tangentGradientNormsOverLoss: perTensor((info) => tangent(info) / loss),
    moved: movement(previous),
    movedSinceSwitch: movement(atSwitch),
    rowNorms: Object.fromEntries(
      parametersOf(folded.spec)
        .filter((info) => info.role === "embedding")
        .map((info) => [
          info.name,
          spreadOfRows(
            rowNorms(folded.parameters.get(info.name)!, rowsOf(info)),
            info.name.startsWith("user") ? probe.userDeciles : probe.itemDeciles,
          ),
        ]),
    ),
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

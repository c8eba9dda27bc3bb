/**
 * One row of features per pair, gathered from the tables: the values of the pair's user and item side by
 * side, path by path.
 *
 *   [userDot | itemDot | userGmf | itemGmf | userMlp | itemMlp | userBias | itemBias | 1 / user | 1 / item | cosine]
 *
 * Paths that the spec leaves out have no columns. The last three are of cosines alone, whose dot columns are made unit
 * rows (kernels/unit-features.ts).
 */
import { headWidth, type RankerSpec } from "../../../ranker/ranker-spec.ts";

export type Side = "user" | "item";

/** Columns [column, column + width) hold the row of one table. */
export interface Feature {
  readonly name: string;
  readonly side: Side;
  readonly path: "Dot" | "Gmf" | "Mlp" | "Bias";
  readonly width: number;
  readonly column: number;
  /** Where the same path's other side begins. */
  readonly partnerColumn: number;
}

export interface FeatureColumns {
  readonly features: readonly Feature[];
  /** Values per pair, a multiple of 4; the last ones may be nobody's. */
  readonly stride: number;
  readonly dotColumn: number;
  readonly gmfColumn: number;
  readonly mlpColumn: number;
  readonly biasColumn: number;
  /** Of the three of cosines; null where the dot path is the plain inner product. */
  readonly unitColumn: number | null;
}

const UNIT_COLUMNS = 3;

export function featureColumns({ dot, gmf, embedding, idBiases, cosineTemperature }: RankerSpec): FeatureColumns {
  const widths = { Dot: dot, Gmf: gmf, Mlp: embedding, Bias: idBiases ? 1 : 0 } as const;
  const features: Feature[] = [];
  const starts = { Dot: 0, Gmf: 0, Mlp: 0, Bias: 0 };
  let stride = 0;
  for (const path of ["Dot", "Gmf", "Mlp", "Bias"] as const) {
    const width = widths[path];
    starts[path] = stride;
    if (width === 0) continue;
    const item = stride + width;
    features.push({ name: `user${path}`, side: "user", path, width, column: stride, partnerColumn: item });
    features.push({ name: `item${path}`, side: "item", path, width, column: item, partnerColumn: stride });
    stride += 2 * width;
  }
  const isCosine = cosineTemperature !== null;
  return {
    features,
    stride: Math.ceil((isCosine ? stride + UNIT_COLUMNS : stride) / 4) * 4,
    unitColumn: isCosine ? stride : null,
    dotColumn: starts.Dot,
    gmfColumn: starts.Gmf,
    mlpColumn: starts.Mlp,
    biasColumn: starts.Bias,
  };
}

/** Outputs of the last tower layer, or the concatenation itself; 0 without an MLP path. */
export function lastWidth(spec: RankerSpec): number {
  return headWidth(spec) - spec.gmf;
}

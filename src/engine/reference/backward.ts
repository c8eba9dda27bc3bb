/**
 * The chain rule through one pair, back to front: from d loss / d logit to the gradient of every parameter the pair
 * touches. Its counterpart is ranker/forward.ts, whose activations it reads.
 */
import type { Forward } from "../../ranker/forward.ts";
import type { FloatArray, Parameters, RankerSpec } from "../../ranker/ranker-spec.ts";
import { unitScale } from "../../ranker/unit-rows.ts";
import { denseReluBackward } from "./dense-relu-backward.ts";
import type { GradientBuffers } from "./gradient-buffers.ts";

/**
 * Adds slope * d logit(user, item) / d parameter to the gradient buffers. `forward` must have computed that pair's
 * logit last. A NaN slope reaches every gradient of the pair: nothing is hidden from the check that stops a run.
 */
export type Backward = (forward: Forward, user: number, item: number, slope: number) => void;

export interface BackwardOptions<A extends FloatArray> {
  readonly parameters: Parameters;
  readonly gradients: GradientBuffers<A>;
  /**
   * Whether the loss sees only differences between logits of one user (bpr, softmax; ccl knows no common bias). What
   * they have in common, userBias and headBias, then has slope 0 exactly; adding s and -s in float32 would leave
   * rounding errors, which Adam takes for gradients.
   */
  readonly isCompared: boolean;
}

/** Tables are read in place, the tower and head from `forward`. */
export function openBackward<A extends FloatArray>(spec: RankerSpec, options: BackwardOptions<A>): Backward {
  const { parameters, gradients, isCompared } = options;
  const { dot, gmf, embedding, cosineTemperature: temperature } = spec;
  const throughDot =
    temperature === null
      ? openDotBackward(dot, parameters, gradients)
      : openCosineBackward({ width: dot, temperature }, parameters, gradients);
  const throughGmf = openGmfBackward(gmf, parameters, gradients);
  const throughTower = openTowerBackward(spec, gradients);
  const itemBias = gradients.tables.get("itemBias");
  const userBias = isCompared ? undefined : gradients.tables.get("userBias");
  const headBias = isCompared ? undefined : gradients.headBias;

  return (forward, user, item, slope) => {
    gradients.touch(user, item);
    if (headBias !== undefined) headBias[0]! += slope;
    if (userBias !== undefined) userBias[user]! += slope;
    if (itemBias !== undefined) itemBias[item]! += slope;
    if (dot > 0) throughDot(user, item, slope);
    if (gmf > 0) throughGmf(forward.head, user, item, slope);
    if (embedding > 0) throughTower(forward, user, item, slope);
  };
}

/** logit += <p, q>:  dp = slope q,  dq = slope p. */
function openDotBackward<A extends FloatArray>(width: number, parameters: Parameters, gradients: GradientBuffers<A>) {
  const [p, q] = pairOfTables(parameters, "Dot");
  const [dp, dq] = pairOfTables(gradients.tables, "Dot");
  return (user: number, item: number, slope: number): void => {
    let u = user * width;
    let v = item * width;
    for (let i = 0; i < width; i++, u++, v++) {
      dp[u]! += slope * q[v]!;
      dq[v]! += slope * p[u]!;
    }
  };
}

/**
 * logit += c / T, c = <p, q> / (|p| |q|):  dp = slope / (T |p|) (q / |q| - c p / |p|),  dq likewise. A row without a
 * direction has no gradient and gives none.
 */
function openCosineBackward<A extends FloatArray>(
  { width, temperature }: { readonly width: number; readonly temperature: number },
  parameters: Parameters,
  gradients: GradientBuffers<A>,
) {
  const [p, q] = pairOfTables(parameters, "Dot");
  const [dp, dq] = pairOfTables(gradients.tables, "Dot");
  return (user: number, item: number, slope: number): void => {
    const u = user * width;
    const v = item * width;
    const [userScale, itemScale] = [unitScale(p, user, width), unitScale(q, item, width)];
    let cosine = 0;
    for (let i = 0; i < width; i++) cosine += p[u + i]! * q[v + i]!;
    cosine *= userScale * itemScale;
    for (let i = 0; i < width; i++) {
      const [ofUser, ofItem] = [p[u + i]! * userScale, q[v + i]! * itemScale];
      dp[u + i]! += ((slope * userScale) / temperature) * (ofItem - cosine * ofUser);
      dq[v + i]! += ((slope * itemScale) / temperature) * (ofUser - cosine * ofItem);
    }
  };
}

/** logit += <h, p * q>:  dh = slope p q,  dp = slope h q,  dq = slope h p. */
function openGmfBackward<A extends FloatArray>(width: number, parameters: Parameters, gradients: GradientBuffers<A>) {
  const [p, q] = pairOfTables(parameters, "Gmf");
  const [dp, dq] = pairOfTables(gradients.tables, "Gmf");
  const { headWeight } = gradients;
  return (head: Float64Array, user: number, item: number, slope: number): void => {
    let u = user * width;
    let v = item * width;
    for (let i = 0; i < width; i++, u++, v++) {
      const productSlope = slope * head[i]!;
      headWeight[i]! += slope * p[u]! * q[v]!;
      dp[u]! += productSlope * q[v]!;
      dq[v]! += productSlope * p[u]!;
    }
  };
}

/** logit += <h, tower([p | q])>: through the head, the layers from last to first, and into both embeddings. */
function openTowerBackward<A extends FloatArray>(spec: RankerSpec, gradients: GradientBuffers<A>) {
  const { gmf, embedding } = spec;
  const [dp, dq] = pairOfTables(gradients.tables, "Mlp");
  const { headWeight, tower: towerGradients } = gradients;
  const widths = [2 * embedding, ...spec.tower];
  const deltas = widths.map((width) => new Float64Array(width)); // deltas[l] is d loss / d layers[l]
  const fired = new Uint32Array(Math.max(...widths));
  const inputDelta = deltas[0]!;
  const lastDelta = deltas.at(-1)!;
  return (forward: Forward, user: number, item: number, slope: number): void => {
    const { layers, tower, head } = forward;
    const last = layers[tower.length]!;
    for (let i = 0; i < last.length; i++) {
      headWeight[gmf + i]! += slope * last[i]!;
      lastDelta[i] = slope * head[gmf + i]!;
    }
    for (let layer = tower.length - 1; layer >= 0; layer--) {
      denseReluBackward(tower[layer]!, towerGradients[layer]!, {
        x: layers[layer]!,
        out: layers[layer + 1]!,
        outDelta: deltas[layer + 1]!,
        xDelta: deltas[layer]!,
        fired,
      });
    }
    const u = user * embedding;
    const v = item * embedding;
    for (let i = 0; i < embedding; i++) {
      dp[u + i]! += inputDelta[i]!;
      dq[v + i]! += inputDelta[embedding + i]!;
    }
  };
}

const noTable = new Float64Array(0); // stands in for the tables of a path that the spec leaves out; never read

function pairOfTables(tables: ReadonlyMap<string, FloatArray>, path: string): readonly [FloatArray, FloatArray] {
  return [tables.get(`user${path}`) ?? noTable, tables.get(`item${path}`) ?? noTable];
}

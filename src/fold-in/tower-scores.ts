/**
 * What the tower adds to the logits of some items for one person, and its slope along the person's embedding. Twins:
 * ranker/forward.ts, engine/reference/backward.ts.
 */
import { denseRelu, type Forward } from "../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";

export interface TowerScores {
  /** Adds [items] shares of logits for a person with this embedding. */
  add(embedding: Float64Array, logits: Float64Array): void;
  /** Adds the sum of slopes[k] * d logit_k / d embedding, at the embedding that was asked last. */
  addGradient(slopes: Float64Array, gradient: Float64Array): void;
}

/** Of a ranker whose tower has a layer at least. */
export function openTowerScores(
  spec: RankerSpec,
  parameters: Parameters,
  { tower, head, layers }: Forward,
): (items: Uint32Array) => TowerScores {
  const { embedding, gmf } = spec;
  const first = tower[0]!;
  const outputs = first.bias.length;
  const itemTable = parameters.get("itemMlp")!;
  const last = layers[tower.length]!;
  const deltas = spec.tower.map((width) => new Float64Array(width)); // deltas[l] is d loss / d layers[l + 1]
  const personHalf = new Float64Array(outputs);

  return (items) => {
    const itemHalves = new Float64Array(items.length * outputs); // [items, outputs]
    for (const [k, item] of items.entries()) {
      for (let o = 0; o < outputs; o++) {
        let sum = first.bias[o]!;
        for (let i = 0; i < embedding; i++) {
          sum += first.weight[o * 2 * embedding + embedding + i]! * itemTable[item * embedding + i]!;
        }
        itemHalves[k * outputs + o] = sum;
      }
    }

    function forwardTo(k: number): void {
      const hidden = layers[1]!;
      for (let o = 0; o < outputs; o++) hidden[o] = Math.max(0, personHalf[o]! + itemHalves[k * outputs + o]!);
      for (let layer = 1; layer < tower.length; layer++) denseRelu(tower[layer]!, layers[layer]!, layers[layer + 1]!);
    }

    return {
      add(person, logits) {
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          for (let i = 0; i < embedding; i++) sum += first.weight[o * 2 * embedding + i]! * person[i]!;
          personHalf[o] = sum;
        }
        for (let k = 0; k < items.length; k++) {
          forwardTo(k);
          let sum = 0;
          for (let i = 0; i < last.length; i++) sum += head[gmf + i]! * last[i]!;
          logits[k]! += sum;
        }
      },
      addGradient(slopes, gradient) {
        const halfSlope = new Float64Array(outputs);
        for (let k = 0; k < items.length; k++) {
          const slope = slopes[k]!;
          if (slope === 0) continue;
          forwardTo(k);
          const lastDelta = deltas[tower.length - 1]!;
          for (let i = 0; i < last.length; i++) lastDelta[i] = last[i]! > 0 ? slope * head[gmf + i]! : 0;
          for (let layer = tower.length - 1; layer >= 1; layer--) {
            throughLayer(tower[layer]!.weight, { out: deltas[layer]!, x: layers[layer]!, into: deltas[layer - 1]! });
          }
          const delta = deltas[0]!;
          for (let o = 0; o < outputs; o++) halfSlope[o]! += delta[o]!;
        }
        for (let o = 0; o < outputs; o++) {
          for (let i = 0; i < embedding; i++) gradient[i]! += halfSlope[o]! * first.weight[o * 2 * embedding + i]!;
        }
      },
    };
  };
}

/** into = W' out where x fired, and 0 elsewhere. */
function throughLayer(
  weight: Float64Array,
  { out, x, into }: { readonly out: Float64Array; readonly x: Float64Array; readonly into: Float64Array },
): void {
  into.fill(0);
  const inputs = x.length;
  for (let o = 0; o < out.length; o++) {
    const delta = out[o]!;
    if (delta === 0) continue;
    for (let i = 0; i < inputs; i++) into[i]! += delta * weight[o * inputs + i]!;
  }
  for (let i = 0; i < inputs; i++) if (!(x[i]! > 0)) into[i] = 0;
}

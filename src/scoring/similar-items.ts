/**
 * Items that a ranker takes for alike: the cosine of what it knows of them. An item is what it brings to a logit before
 * a user is met: its row of the dot path (at unit length where that path is a cosine), its row of the GMF path times
 * the head's weights, and its half of what enters the tower's first layer (of a path without layers, its embedding
 * times the head's weights). Biases are left out: they say how much an item is liked, not by whom.
 */
import { ConfigError } from "../errors.ts";
import { bestItemsInto } from "../ranker/best-items.ts";
import { openForward } from "../ranker/forward.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import type { TopItems } from "../ranker/scorer.ts";
import { withoutCosine } from "../ranker/unit-rows.ts";

export interface SimilarItems {
  /** The k items of the greatest cosine, of all but `item` and `excluded`; the scores are the cosines, 0 for a zero. */
  top(item: number, k: number, excluded: Uint32Array): TopItems;
}

/** Costs [items, width] of memory. Reads tables in place. */
export function openSimilarItems(spec: RankerSpec, parameters: Parameters): SimilarItems {
  const { items } = spec;
  const vectors = itemVectors(spec, parameters);
  const width = vectors.length / items;
  toUnitInPlace(vectors, width);
  const cosines = new Float32Array(items);
  return {
    top(item, k, excluded) {
      if (item >= items) throw new ConfigError(`item index is ${item}, expected below ${items}`);
      const own = vectors.subarray(item * width, (item + 1) * width);
      for (let other = 0, at = 0; other < items; other++) {
        let sum = 0;
        for (let i = 0; i < width; i++, at++) sum += own[i]! * vectors[at]!;
        cosines[other] = sum;
      }
      const best = { items: new Uint32Array(k), scores: new Float32Array(k) };
      bestItemsInto(cosines, Uint32Array.of(item, ...excluded), best.items, best.scores);
      return best;
    },
  };
}

/** [items, dot + gmf + outputs of the tower's first layer], row-major. */
export function itemVectors(given: RankerSpec, tables: Parameters): Float32Array {
  const { spec, parameters } = withoutCosine(given, tables);
  const { items, dot, gmf, embedding } = spec;
  const { head, tower } = openForward(spec, parameters);
  const first = tower[0]?.weight ?? null; // [outputs, 2 embedding]: the user's half, then the item's
  const outputs = first === null ? embedding : spec.tower[0]!;
  const width = dot + gmf + outputs;
  const vectors = new Float32Array(items * width);
  const [itemDot, itemGmf, itemMlp] = ["itemDot", "itemGmf", "itemMlp"].map((name) => parameters.get(name));
  for (let item = 0; item < items; item++) {
    const vector = vectors.subarray(item * width, (item + 1) * width);
    for (let i = 0; i < dot; i++) vector[i] = itemDot![item * dot + i]!;
    for (let i = 0; i < gmf; i++) vector[dot + i] = head[i]! * itemGmf![item * gmf + i]!;
    const rest = vector.subarray(dot + gmf);
    for (let o = 0; o < outputs; o++) {
      if (first === null) {
        rest[o] = head[gmf + embedding + o]! * itemMlp![item * embedding + o]!;
        continue;
      }
      let sum = 0;
      for (let i = 0; i < embedding; i++) {
        sum += first[o * 2 * embedding + embedding + i]! * itemMlp![item * embedding + i]!;
      }
      rest[o] = sum;
    }
  }
  return vectors;
}

/** Every row of `vectors`, [items, width], becomes one of unit length; a zero stays one. */
export function toUnitInPlace(vectors: Float32Array, width: number): void {
  for (let start = 0; start < vectors.length; start += width) normalize(vectors.subarray(start, start + width));
}

function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
}

/** Cosines of items as logits of a ranker, so that any engine computes them and chooses the best. */
import { carryRanker } from "../ranker/carry-rows.ts";
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";

/**
 * `vectors` are [items, width] of unit length or zero (toUnitInPlace). User n of the ranker is item `owners[n]`, item m
 * is item `others[m]`, and the logit is their cosine.
 */
export function cosineRanker(
  vectors: Float32Array,
  width: number,
  { owners, others }: { readonly owners: Uint32Array; readonly others: Uint32Array },
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  const items = vectors.length / width;
  const spec: RankerSpec = {
    users: items,
    items,
    dot: width,
    gmf: 0,
    embedding: 0,
    tower: [],
    idBiases: false,
    cosineTemperature: null,
  };
  const parameters = new Map([
    ["userDot", vectors],
    ["itemDot", vectors],
    ["head.bias", new Float32Array(1)],
  ]);
  const sources = { users: owners, items: others };
  return carryRanker({ spec, parameters }, sources, { users: owners.length, items: others.length });
}

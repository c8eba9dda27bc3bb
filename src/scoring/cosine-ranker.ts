/** Cosines of items as logits of a ranker, so that any engine computes them and chooses the best. */
import { carryRowsInto } from "../ranker/carry-rows.ts";
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
  const spec: RankerSpec = {
    users: owners.length,
    items: others.length,
    dot: width,
    gmf: 0,
    embedding: 0,
    tower: [],
    idBiases: false,
    cosineTemperature: null,
  };
  const rowsOf = (indices: Uint32Array): Float32Array => {
    const rows = new Float32Array(indices.length * width);
    carryRowsInto(vectors, indices, rows);
    return rows;
  };
  const parameters = new Map([
    ["userDot", rowsOf(owners)],
    ["itemDot", rowsOf(others)],
    ["head.bias", new Float32Array(1)],
  ]);
  return { spec, parameters };
}

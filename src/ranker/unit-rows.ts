/**
 * Rows as unit vectors: what the cosine of the dot path is made of. Rows are scaled once, so that everything after it
 * is an inner product.
 */
import type { FloatArray, Parameters, RankerSpec } from "./ranker-spec.ts";

/** At or below this norm a row has no direction: its cosine with anything is 0, and so is its gradient. */
const VANISHING_NORM = 1e-12;

/** By what a row is multiplied to have length 1: 1 / its norm, or 0 where it has no direction. */
export function unitScale(table: FloatArray, row: number, width: number): number {
  let sum = 0;
  for (let i = row * width; i < (row + 1) * width; i++) sum += table[i]! * table[i]!;
  const norm = Math.sqrt(sum);
  return norm <= VANISHING_NORM ? 0 : 1 / norm; // NaN goes on, to be found
}

/**
 * The ranker whose plain inner products are the same logits: rows of unit length, the users' divided by the temperature
 * too. Itself where it has no cosine; else the two tables are copies and everything else is shared.
 */
export function withoutCosine(
  spec: RankerSpec,
  parameters: Parameters,
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  const { cosineTemperature: temperature, dot } = spec;
  if (temperature === null) return { spec, parameters };
  const scaled = new Map(parameters);
  for (const [name, factor] of [
    ["userDot", 1 / temperature],
    ["itemDot", 1],
  ] as const) {
    const values = parameters.get(name)!.slice(); // a cosine has a dot path
    for (let row = 0; row < values.length / dot; row++) {
      const scale = factor * unitScale(values, row, dot);
      for (let i = row * dot; i < (row + 1) * dot; i++) values[i]! *= scale;
    }
    scaled.set(name, values);
  }
  return { spec: { ...spec, cosineTemperature: null }, parameters: scaled };
}

/**
 * L2 on the embeddings that a batch looks up: a row decays as often as it is seen (Rendle et al. 2020,
 * after Koren et al. 2009).
 */
import { type RowSources, sideOf } from "../../ranker/carry-rows.ts";
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../../ranker/ranker-spec.ts";
import type { GradientBuffers } from "./gradient-buffers.ts";

/**
 * Adds the gradient of (strength / 2) |e|^2 over every embedding of one user or item; `strength` is the session's
 * embeddingDecay divided by the number of losses in the batch. Id biases, tower and head do not decay.
 */
export type DecayRow = (side: keyof RowSources, row: number, strength: number) => void;

export function openEmbeddingDecay<A extends FloatArray>(
  spec: RankerSpec,
  { parameters, gradients }: { readonly parameters: Parameters; readonly gradients: GradientBuffers<A> },
): DecayRow {
  const tables = parametersOf(spec)
    .filter(({ role }) => role === "embedding")
    .map(({ name, shape }) => ({
      side: sideOf(name),
      width: shape[1]!,
      values: parameters.get(name)!,
      gradient: gradients.tables.get(name)!,
    }));
  return (side, row, strength) => {
    for (const { side: own, width, values, gradient } of tables) {
      if (own !== side) continue;
      const start = row * width;
      for (let at = start; at < start + width; at++) gradient[at]! += strength * values[at]!;
    }
  };
}

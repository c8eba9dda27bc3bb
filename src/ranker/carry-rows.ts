/**
 * A ranker's tables under another numbering of users and items: what was learnt of an id goes with the id. Rows of
 * ids that only one side knows are left to the caller: here they keep what `into` held, there they are dropped.
 */
import { type FloatArray, type Parameters, parametersOf, type RankerSpec, sizeOf } from "./ranker-spec.ts";

/** Stands in RowSources for an id that the other numbering lacks. */
export const NO_ROW = 2 ** 32 - 1;

/** By index here, the index there or NO_ROW. */
export interface RowSources {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

/** Which of the sides a tensor has a row for; null for what all share. By the names in parametersOf. */
export function sideOf(parameter: string): keyof RowSources | null {
  if (/^user(Dot|Gmf|Mlp|Bias)$/.test(parameter)) return "users";
  return /^item(Dot|Gmf|Mlp|Bias)$/.test(parameter) ? "items" : null;
}

/** Overwrites the rows of `into` that have a source; the rows' width follows from its size. */
export function carryRowsInto(from: FloatArray, sources: Uint32Array, into: FloatArray): void {
  const width = into.length / sources.length;
  for (const [row, source] of sources.entries()) {
    if (source !== NO_ROW) into.set(from.subarray(source * width, (source + 1) * width), row * width);
  }
}

/**
 * `parameters` of a ranker as `spec` numbers its users and items; `spec` differs in their numbers alone. Tensors are
 * new: rows without a source are those of `initial`, which must hold them all.
 */
export function carryParameters(
  parameters: Parameters,
  sources: RowSources,
  { spec, initial }: { readonly spec: RankerSpec; readonly initial: Parameters },
): Map<string, FloatArray> {
  const carried = new Map<string, FloatArray>();
  for (const { name } of parametersOf(spec)) {
    const from = parameters.get(name)!; // parametersOf names what there is, of both
    const side = sideOf(name);
    if (side === null) {
      carried.set(name, from.slice());
      continue;
    }
    const into = initial.get(name)!.slice();
    carryRowsInto(from, sources[side], into);
    carried.set(name, into);
  }
  return carried;
}

/** A ranker under another numbering, for those who never ask for rows without a source: these are zeros. */
export function carryRanker(
  ranker: { readonly spec: RankerSpec; readonly parameters: Parameters },
  sources: RowSources,
  { users, items }: Pick<RankerSpec, "users" | "items">,
): { readonly spec: RankerSpec; readonly parameters: Parameters } {
  const spec = { ...ranker.spec, users, items };
  const initial = new Map(parametersOf(spec).map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
  return { spec, parameters: carryParameters(ranker.parameters, sources, { spec, initial }) };
}

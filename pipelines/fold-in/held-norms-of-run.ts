/** How long the rows of a run's users are where LAWN holds each: what a row that is folded in may grow to as well. */
import { z } from "zod";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { parametersOf } from "../../src/ranker/ranker-spec.ts";

/** Of a run's config.json; another optimizer has no `lawn`. */
const lawnFacts = z.looseObject({
  lawn: z.looseObject({ granularity: z.string(), scope: z.string() }).optional(),
});

/** What of a run decides it; `users` are rows that were trained. */
export interface HeldRows {
  readonly config: Readonly<Record<string, unknown>>;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  readonly users: Uint32Array;
}

/**
 * By table of users, the median of the rows' norms, which under a switch by norm is that norm for nearly all. Empty
 * where blocks are layers or the network, whose single rows are free, and where LAWN holds no embeddings.
 */
export function heldNormsOfRun({ config, spec, parameters, users }: HeldRows): ReadonlyMap<string, number> {
  const { lawn } = lawnFacts.parse(config);
  const isHeld = lawn?.granularity === "row" && ["all", "embeddings"].includes(lawn.scope);
  if (!isHeld) return new Map();
  const tables = parametersOf(spec).filter(({ name, role }) => role === "embedding" && name.startsWith("user"));
  // parametersOf names what is there.
  return new Map(tables.map(({ name, shape }) => [name, medianNorm(parameters.get(name)!, shape[1]!, users)]));
}

function medianNorm(table: ArrayLike<number>, width: number, users: Uint32Array): number {
  const norms = Float64Array.from(users, (user) => {
    let squares = 0;
    for (let at = user * width; at < (user + 1) * width; at++) squares += table[at]! ** 2;
    return Math.sqrt(squares);
  }).sort();
  return norms[norms.length >>> 1]!;
}

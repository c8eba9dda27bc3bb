/** Every value behind the diagnostics' quantiles, for histograms: logits of the probe, norms of the embedding rows. */
import { forEachPair } from "../dataset/batch.ts";
import { openForward } from "../ranker/forward.ts";
import { type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import type { Probe } from "./probe.ts";
import { rowNorms } from "./tensor-geometry.ts";

/** By tag, of a ranker whose sides are folded. Logits of positives and negatives alike. */
export function probeValues(
  { spec, parameters }: { readonly spec: RankerSpec; readonly parameters: Parameters },
  { batch }: Probe,
): Readonly<Record<string, Float64Array>> {
  const forward = openForward(spec, parameters);
  const logits: number[] = [];
  forEachPair(batch, (user, item) => logits.push(forward.logit(user, item)));
  const norms = parametersOf(spec)
    .filter(({ role }) => role === "embedding")
    .map(({ name, shape }) => [`rowNorms/${name}`, rowNorms(parameters.get(name)!, shape[0]!)] as const);
  return { logits: Float64Array.from(logits), ...Object.fromEntries(norms) };
}

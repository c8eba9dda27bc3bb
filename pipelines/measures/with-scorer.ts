/**
 * Scores of parameters that are no longer trained: an engine's session opened for its scorer
 * alone, and closed after use.
 */
import type { Engine } from "../../src/engine/engine.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { noSides } from "../../src/ranker/side.ts";
import { withoutCosine } from "../../src/ranker/unit-rows.ts";

/** The scorer is only good until `use` has settled. */
export async function withScorer<T>(
  engine: Engine,
  { spec, parameters }: { readonly spec: RankerSpec; readonly parameters: Parameters },
  use: (scorer: Scorer) => Promise<T>,
): Promise<T> {
  const inner = withoutCosine(spec, parameters); // the same logits, on every engine
  const session = await engine.open({
    spec: inner.spec,
    sides: noSides,
    loss: { name: "bce" },
    start: { parameters: inner.parameters, optimizer: null },
    // A session is for training; the lightest optimizer keeps no state beside the parameters.
    optimizer: { base: { name: "sgd", weightDecay: 0 }, lawn: null },
    embeddingDecay: 0,
    source: null,
  });
  try {
    return await use(session.scorer);
  } finally {
    session.close();
  }
}

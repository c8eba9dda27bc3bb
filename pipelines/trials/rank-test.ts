/** A scorer ranked on test as a study reports it: by the trials' protocol, and in the catalogue where asked. */
import { namedOfCatalogue } from "../../src/config/schemas/study-metrics.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { TrialPlan } from "../../src/study/plan-trials.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { evaluateSplit, protocolOf, type SplitEvaluation } from "../measures/evaluate-split.ts";

/** Metrics of the whole catalogue, named "full:...", stand beside the others. */
export async function rankTest(
  scorer: Scorer,
  dataset: LoadedDataset,
  { config, alsoInCatalogue }: Pick<TrialPlan, "config" | "alsoInCatalogue">,
): Promise<SplitEvaluation> {
  const question = { scorer, dataset, split: "test", ks: config.k, usersSample: null } as const;
  const found = await evaluateSplit({ ...question, candidates: config.candidates });
  if (!alsoInCatalogue) return found;
  const isFull = protocolOf(dataset, config.candidates) === "full";
  const among = isFull ? found : await evaluateSplit({ ...question, candidates: "full" });
  return {
    ...found,
    metrics: { ...found.metrics, ...namedOfCatalogue(among.metrics) },
    perUser: {
      ...found.perUser,
      metrics: { ...found.perUser.metrics, ...namedOfCatalogue(among.perUser.metrics) },
    },
  };
}

/** A scorer measured as `evaluate` asks for it: its ranking, what goes beyond accuracy, and the protocol check. */
import type { EvaluateConfig } from "../../src/config/schemas/evaluate-schema.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { casesOf, evaluateSplit, protocolOf, type SplitEvaluation } from "../measures/evaluate-split.ts";
import { type BeyondParts, besidesOf, measureBeyond } from "../measures/measure-beyond.ts";
import { scoresToRank, watchedScorer } from "../measures/watched-scorer.ts";
import { openWorkDisplay } from "../progress/work-progress.ts";
import type { StageContext } from "../stage.ts";
import { type ProtocolCheck, protocolCheck } from "./protocol-check.ts";

export interface Measured {
  readonly evaluation: SplitEvaluation;
  readonly beyond: BeyondParts;
  /** Null unless asked for. */
  readonly check: ProtocolCheck | null;
}

export async function measure(
  config: EvaluateConfig,
  measured: {
    readonly dataset: LoadedDataset;
    readonly scorer: Scorer;
    readonly negativesPerPositive: number | null;
    readonly context: StageContext;
  },
): Promise<Measured> {
  const { dataset, negativesPerPositive, context } = measured;
  const { split, k: ks, usersSample, beyondAccuracy } = config;
  const candidates = protocolOf(dataset, config.candidates);
  const cases = casesOf(dataset, split, usersSample).candidates;
  const ranking = scoresToRank(cases, candidates, measured.scorer.items);
  // Beyond accuracy, every user has a list of the whole catalogue, which is looked through under `full` anyway.
  const total = ranking + (beyondAccuracy && candidates === "sampled" ? cases.users.length * measured.scorer.items : 0);
  const display = openWorkDisplay({ what: `evaluate ${split}`, total }, context);
  const scorer = watchedScorer(measured.scorer, display.add);
  try {
    // The schema has asked for at least one cut.
    const k = ks[0]!;
    const besides = beyondAccuracy ? { besides: besidesOf({ k, negativesPerPositive }) } : {};
    const evaluation = await evaluateSplit({ scorer, dataset, split, candidates, ks, usersSample, ...besides });
    const beyond = beyondAccuracy ? await measureBeyond({ scorer, dataset, evaluation, k, negativesPerPositive }) : {};
    const check = config.protocolCheck ? await protocolCheck(measured.scorer, dataset, { cases, split, k }) : null;
    return { evaluation, beyond, check };
  } finally {
    display.close();
  }
}

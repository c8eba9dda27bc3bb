/**
 * Held-out items of a dataset ranked by a scorer, and the record of it in metrics.json: shared
 * by `train` and `evaluate`.
 */
import { ConfigError } from "../../src/errors.ts";
import type { Besides } from "../../src/evaluation/case-counts.ts";
import { type EvaluationResult, evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { partsBefore, seenItems } from "../dataset/seen-items.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";

export type EvaluatedSplit = "validation" | "test";
export type CandidateProtocol = "sampled" | "full";

export interface SplitEvaluation extends EvaluationResult {
  readonly split: EvaluatedSplit;
  /** The protocol in words, part of every number's name: split, candidates, tie rule. */
  readonly protocol: string;
}

/** As asked for; null takes the dataset's frozen candidates, and the catalogue where it was ingested without any. */
export function protocolOf(
  { candidatesValidation, candidatesTest }: Pick<LoadedDataset, "candidatesValidation" | "candidatesTest">,
  asked: CandidateProtocol | null,
): CandidateProtocol {
  const isFrozen = candidatesValidation.negatives.length > 0 || candidatesTest.negatives.length > 0;
  return asked ?? (isFrozen ? "sampled" : "full");
}

/** Under `full`, validation masks each user's train items, test train and validation items; both what else is known. */
export async function evaluateSplit(options: {
  readonly scorer: Scorer;
  readonly dataset: LoadedDataset;
  readonly split: EvaluatedSplit;
  /** See protocolOf. */
  readonly candidates: CandidateProtocol | null;
  readonly ks: readonly number[];
  /** What measureBeyond will want to know, found on the way; absent: nothing. */
  readonly besides?: Besides;
}): Promise<SplitEvaluation> {
  const { scorer, dataset, split, ks } = options;
  const besides = options.besides === undefined ? {} : { besides: options.besides };
  const { description, known } = dataset;
  const candidates = split === "validation" ? dataset.candidatesValidation : dataset.candidatesTest;
  if (protocolOf(dataset, options.candidates) === "full") {
    const masked = seenItems(dataset, partsBefore(split));
    const maskedItems = split === "validation" ? "train items" : "train and validation items";
    const others = known.length === 0 ? "" : " and what else is known";
    const protocol = `${description.split.kind}, full catalogue without ${maskedItems}${others}, ties against`;
    return { split, protocol, ...(await evaluateRanker(scorer, candidates, { ks, masked, ...besides })) };
  }
  if (candidates.negatives.length === 0) {
    throw new ConfigError(
      `dataset ${description.name} was ingested without sampled candidates; rank the whole catalogue instead (--candidates full)`,
    );
  }
  const protocol = `${description.split.kind}, ${description.candidates[split]}, ties against`;
  return { split, protocol, ...(await evaluateRanker(scorer, candidates, { ks, ...besides })) };
}

export function metricsDocument(options: {
  readonly evaluation: SplitEvaluation;
  readonly epoch?: number;
  readonly validation?: MetricsDocument["validation"];
  readonly baseline?: MetricsDocument["baseline"];
  /** See measure-beyond.ts. */
  readonly beyond?: Pick<MetricsDocument, "auc" | "beyondAccuracy" | "deciles" | "calibration">;
}): MetricsDocument {
  const { protocol, split, users, tieRate, metrics } = options.evaluation;
  return {
    protocol,
    split,
    users,
    tieRate,
    metrics,
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    ...(options.validation === undefined ? {} : { validation: options.validation }),
    ...(options.baseline === undefined ? {} : { baseline: options.baseline }),
    ...options.beyond,
  };
}

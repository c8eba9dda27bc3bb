/**
 * Held-out items of a dataset ranked by a scorer, and the record of it in metrics.json: shared
 * by `train` and `evaluate`.
 */
import type { EvaluationCandidates } from "../../src/dataset/evaluation-candidates.ts";
import { sampledCases, type UsersSample } from "../../src/dataset/users-sample.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Besides } from "../../src/evaluation/case-counts.ts";
import { type EvaluationResult, evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { hasProfiles, splitText } from "../dataset/held-out-users.ts";
import { partsBefore, seenItems } from "../dataset/seen-items.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";

export type EvaluatedSplit = "validation" | "test";
export type CandidateProtocol = "sampled" | "full";

export interface SplitEvaluation extends EvaluationResult {
  readonly split: EvaluatedSplit;
  /** The protocol in words, part of every number's name: split, candidates, tie rule. */
  readonly protocol: string;
  /** The cases that were ranked. */
  readonly candidates: EvaluationCandidates;
  /** Null where they are those of all users. */
  readonly usersSample: UsersSample | null;
}

/** As asked for; null takes the dataset's frozen candidates, and the catalogue where it was ingested without any. */
export function protocolOf(
  { candidatesValidation, candidatesTest }: Pick<LoadedDataset, "candidatesValidation" | "candidatesTest">,
  asked: CandidateProtocol | null,
): CandidateProtocol {
  const isFrozen = candidatesValidation.negatives.length > 0 || candidatesTest.negatives.length > 0;
  return asked ?? (isFrozen ? "sampled" : "full");
}

/** The split's cases, or those of as many users (src/dataset/users-sample.ts), drawn by the dataset's seed. */
export function casesOf(dataset: LoadedDataset, split: EvaluatedSplit, usersSample: number | null) {
  const candidates = split === "validation" ? dataset.candidatesValidation : dataset.candidatesTest;
  if (usersSample === null) return { candidates, sample: null };
  return sampledCases(candidates, usersSample, dataset.description.seed);
}

/**
 * `scorer` answers for the users of the split: see held-out-scorers.ts. Under `full`, validation masks each user's
 * train items, test train and validation items; both what else is known.
 */
export async function evaluateSplit(options: {
  readonly scorer: Scorer;
  readonly dataset: LoadedDataset;
  readonly split: EvaluatedSplit;
  /** See protocolOf. */
  readonly candidates: CandidateProtocol | null;
  readonly ks: readonly number[];
  /** How many users' cases are ranked; null for all. */
  readonly usersSample: number | null;
  /** What measureBeyond will want to know, found on the way; absent: nothing. */
  readonly besides?: Besides;
}): Promise<SplitEvaluation> {
  const { scorer, dataset, split, ks } = options;
  const besides = options.besides === undefined ? {} : { besides: options.besides };
  const { description, known } = dataset;
  const { candidates, sample } = casesOf(dataset, split, options.usersSample);
  const ofWhom = sample === null ? "" : `, ${sample.users} of ${sample.of} users (seed ${sample.seed})`;
  const asked = { split, candidates, usersSample: sample };
  if (protocolOf(dataset, options.candidates) === "full") {
    const masked = seenItems(dataset, partsBefore(split));
    const maskedItems = hasProfiles(dataset)
      ? "the items folded in"
      : split === "validation"
        ? "train items"
        : "train and validation items";
    const others = known.length === 0 ? "" : " and what else is known";
    const protocol = `${splitText(description)}, full catalogue without ${maskedItems}${others}, ties against${ofWhom}`;
    return { ...asked, protocol, ...(await evaluateRanker(scorer, candidates, { ks, masked, ...besides })) };
  }
  if (candidates.negatives.length === 0) {
    throw new ConfigError(
      `dataset ${description.name} was ingested without sampled candidates; rank the whole catalogue instead (--candidates full)`,
    );
  }
  const protocol = `${splitText(description)}, ${description.candidates[split]}, ties against${ofWhom}`;
  return { ...asked, protocol, ...(await evaluateRanker(scorer, candidates, { ks, ...besides })) };
}

export function metricsDocument(options: {
  readonly evaluation: SplitEvaluation;
  readonly epoch?: number;
  readonly validation?: MetricsDocument["validation"];
  /** Whose validation items those figures are of; null for all users', and without such figures. */
  readonly validationSample: UsersSample | null;
  readonly baseline?: MetricsDocument["baseline"];
  /** See measure-beyond.ts. */
  readonly beyond?: Pick<MetricsDocument, "auc" | "beyondAccuracy" | "deciles" | "coldness" | "calibration">;
}): MetricsDocument {
  const { protocol, split, users, usersSample, tieRate, metrics } = options.evaluation;
  return {
    protocol,
    split,
    users,
    ...(usersSample === null ? {} : { usersSample }),
    tieRate,
    metrics,
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    ...(options.validation === undefined ? {} : { validation: options.validation }),
    ...(options.validationSample === null ? {} : { validationSample: options.validationSample }),
    ...(options.baseline === undefined ? {} : { baseline: options.baseline }),
    ...options.beyond,
  };
}

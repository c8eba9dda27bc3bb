/** The parts of metrics.json beside the ranking metrics: lists, deciles, AUC and calibration of a scorer on a split. */
import { measureBeyondAccuracy } from "../../src/evaluation/beyond-accuracy.ts";
import type { Besides } from "../../src/evaluation/case-counts.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { hasProfiles, histories } from "../dataset/held-out-users.ts";
import { readItemInfo } from "../dataset/item-info-file.ts";
import { partsBefore, seenItems } from "../dataset/seen-items.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import type { SplitEvaluation } from "./evaluate-split.ts";

export type BeyondParts = Pick<MetricsDocument, "auc" | "beyondAccuracy" | "deciles" | "coldness" | "calibration">;

/** What an evaluation has to find besides its metrics, for measureBeyond to be asked next. */
export function besidesOf({ k, negativesPerPositive }: Pick<BeyondOptions, "k" | "negativesPerPositive">): Besides {
  return { k, calibrates: negativesPerPositive !== null };
}

export interface BeyondOptions {
  readonly scorer: Scorer;
  readonly dataset: LoadedDataset;
  /** Of the same scorer, with the cut `k` among its metrics, and with what besidesOf says. */
  readonly evaluation: SplitEvaluation;
  readonly k: number;
  /** Of the training mixture that sigmoid(score) is a probability in; null where it is none. */
  readonly negativesPerPositive: number | null;
}

export async function measureBeyond(options: BeyondOptions): Promise<BeyondParts> {
  const { scorer, dataset, evaluation, k } = options;
  const { train } = dataset;
  const isTest = evaluation.split === "test";
  const seen = seenItems(dataset, partsBefore(evaluation.split));
  const info = await readItemInfo(dataset);
  const { auc, beyondAccuracy, deciles, coldness, calibration } = await measureBeyondAccuracy({
    scorer,
    candidates: evaluation.candidates,
    evaluation,
    k,
    seen,
    train,
    histories: histories(dataset),
    features: info === null ? null : info.features.map((features) => new Set(features)),
    negativesPerPositive: options.negativesPerPositive,
  });
  const known = isTest ? "train and validation items" : "train items";
  const lists = `the catalogue without ${hasProfiles(dataset) ? "the items folded in" : known}`;
  return {
    auc,
    beyondAccuracy: { ...beyondAccuracy, lists },
    deciles: {
      k,
      userActivity: [...deciles.userActivity],
      itemPopularity: [...deciles.itemPopularity],
    },
    coldness: { k: coldness.k, users: [...coldness.users], items: [...coldness.items] },
    ...(calibration === null ? {} : { calibration: { ...calibration, bins: [...calibration.bins] } }),
  };
}

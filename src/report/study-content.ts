/** Everything the report of a study shows, as values: pipelines/report/report.ts gathers it. */
import type { StudyManifest } from "../runs/study-manifest.ts";
import type { StudySummary } from "../runs/study-summary.ts";

export interface StudyContent {
  readonly summary: StudySummary;
  readonly manifest: StudyManifest;
  /** Of the final trials. */
  readonly curves: readonly StudyCurve[];
  readonly reportVersion: string;
}

/** How an arm's validation went at a batch size. */
export interface StudyCurve {
  /** Index in the summary's subjects. */
  readonly subject: number;
  readonly arm: string;
  readonly batchSize: number;
  /** Mean over the seeds that trained so far, from epoch 1. */
  readonly values: readonly number[];
}

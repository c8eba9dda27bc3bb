/** What a report asks of a run and of whatever stands beside it. */
import type { LoadedDataset } from "../dataset/stored-dataset.ts";

/** How a run asks its questions: the same for whatever stands beside it. */
export interface EvaluationRequest {
  readonly dataset: LoadedDataset;
  readonly split: "validation" | "test";
  readonly candidates: "sampled" | "full";
  readonly ks: readonly number[];
  readonly log: (line: string) => void;
}

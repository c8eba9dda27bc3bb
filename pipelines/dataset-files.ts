/** data/<dataset>/ as values: what every stage after ingest starts from. */
import type { EvaluationCandidates } from "../src/dataset/evaluation-candidates.ts";
import type { Interactions } from "../src/dataset/interaction-dataset.ts";

export interface LoadedDataset {
  /** Folder it was read from. */
  readonly directory: string;
  /** dataset.json, parsed. */
  readonly description: DatasetDescription;
  readonly train: Interactions;
  readonly validation: Interactions;
  readonly test: Interactions;
  readonly candidatesValidation: EvaluationCandidates;
  readonly candidatesTest: EvaluationCandidates;
}

/** The part of dataset.json that later stages rely on; ingest writes more (counts of every cleaning step, sources, schema). */
export interface DatasetDescription {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: { readonly train: number; readonly validation: number; readonly test: number };
  /** Such as "leave-last-out". */
  readonly split: { readonly kind: string };
  /** For metrics.json, such as "1+99 candidates from ml-1m.test.negative". */
  readonly candidates: { readonly validation: string; readonly test: string };
  readonly seed: number;
  /** sha256 over the content of every Arrow file; names the data in manifests. */
  readonly contentHash: string;
}

/** Throws DataError when the folder is missing, was not finished, or does not hold together. */
export async function loadDataset(directory: string): Promise<LoadedDataset> {
  throw new Error(`not written yet: ${directory}`);
}

/** models/<dataset>/<run>/ as values: what evaluate, score, report and export start from. */
import type { Parameters, RankerSpec } from "../src/ranker/ranker-spec.ts";

export interface LoadedRun {
  readonly directory: string;
  /** manifest.json, parsed. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The resolved config of the train stage, as written to config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly spec: RankerSpec;
  /** The chosen epoch's parameters, float32. */
  readonly parameters: Parameters;
  /** Content hash of the dataset it was trained on; refuse others. */
  readonly datasetHash: string;
  readonly datasetName: string;
}

/** Throws DataError when the folder is missing, was not finished, or its checkpoint is truncated or of another model. */
export async function loadRun(directory: string): Promise<LoadedRun> {
  throw new Error(`not written yet: ${directory}`);
}

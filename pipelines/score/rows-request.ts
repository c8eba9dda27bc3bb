/** What the rows of a scoring job, or of a shard of one, are made from. */
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import type { OpenedRanker } from "./ranker/opened-ranker.ts";
import type { ScoreInputs } from "./score-inputs.ts";

export interface RowsRequest {
  readonly inputs: ScoreInputs;
  readonly config: ScoreConfig;
  readonly ranker: OpenedRanker;
  /** Positions in the order of the selection. */
  readonly range: { readonly from: number; readonly to: number };
  readonly elapsed: () => number;
  readonly signal: AbortSignal;
}

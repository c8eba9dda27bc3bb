/**
 * The outside world of a stage under test: silent, without a terminal, never interrupted. Spread it to change a part.
 */
import type { StageContext } from "../../../pipelines/stage.ts";

export const silentContext: StageContext = {
  now: () => 0,
  elapsed: () => performance.now(),
  processId: 1,
  place: "here",
  token: "this",
  isProcessAlive: () => true,
  peakMemoryBytes: () => 0,
  freeMemoryBytes: () => Number.POSITIVE_INFINITY,
  log: () => {},
  report: () => {},
  terminal: null,
  signal: new AbortController().signal,
  recommendations: [],
  choices: [],
  givenAsFlags: [],
  environment: { packageVersion: "0", node: "", platform: "", gitCommit: null, variables: {} },
};

/** Opens what scores a job. */
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import type { StageContext } from "../../stage.ts";
import type { ScoreSubject } from "../subject.ts";
import { openBaselineRanker } from "./baseline-ranker.ts";
import type { OpenedRanker } from "./opened-ranker.ts";
import { openRunRanker } from "./run-ranker.ts";

export function openRanker(config: ScoreConfig, subject: ScoreSubject, context: StageContext): Promise<OpenedRanker> {
  const { ranker } = subject;
  return ranker.kind === "run"
    ? openRunRanker(config, ranker, subject, context)
    : openBaselineRanker(config, ranker, subject, context);
}

/**
 * A range of a job's users scored into one file, with progress and counts: what a whole job and a
 * shard of one have in common.
 */
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { openScoreDisplay } from "../progress/score-progress.ts";
import type { StageContext } from "../stage.ts";
import { openRecommendationWriter, type RecommendationFormat } from "./output/recommendation-writer.ts";
import type { WrittenRecommendations } from "./output/recommendations.ts";
import type { OpenedRanker } from "./ranker/opened-ranker.ts";
import type { ScoreInputs } from "./score-inputs.ts";
import { scoreRows } from "./score-rows.ts";

export interface WrittenScores {
  readonly file: WrittenRecommendations;
  readonly users: number;
  readonly popularUsers: number;
  readonly emptyUsers: number;
  readonly seconds: number;
  /** Of those seconds, spent on scores and choosing the best of them. */
  readonly scoringSeconds: number;
}

export interface WriteRequest {
  readonly inputs: ScoreInputs;
  readonly config: ScoreConfig;
  readonly ranker: OpenedRanker;
  readonly range: { readonly from: number; readonly to: number };
  readonly path: string;
  readonly format: RecommendationFormat;
}

/** Nothing is left at `path` where it fails, is interrupted, or the run turns out to have been replaced meanwhile. */
export async function writeScores(request: WriteRequest, context: StageContext): Promise<WrittenScores> {
  const { inputs, config, ranker, range, path, format } = request;
  const started = context.elapsed();
  const writer = await openRecommendationWriter(path, inputs.shape, format);
  const display = openScoreDisplay(range.to - range.from, context, inputs.shape.of);
  const total = { users: 0, popularUsers: 0, emptyUsers: 0, scoringMs: 0 };
  try {
    const blocks = scoreRows({ inputs, config, ranker, range, elapsed: context.elapsed, signal: context.signal });
    for await (const { rows, users, popularUsers, emptyUsers, scoringMs } of blocks) {
      await writer.append(rows);
      total.users += users;
      total.popularUsers += popularUsers;
      total.emptyUsers += emptyUsers;
      total.scoringMs += scoringMs;
      display.add(users);
    }
    await ranker.checkStillThere();
    const file = await writer.close();
    const { scoringMs, ...counts } = total;
    return { file, ...counts, seconds: (context.elapsed() - started) / 1000, scoringSeconds: scoringMs / 1000 };
  } finally {
    display.close();
    await writer.abort();
  }
}

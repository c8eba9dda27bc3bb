/** A shard of `score` as a job of the queue, where run and results are in folders that every worker sees. */
import path from "node:path";
import { z } from "zod";
import { type ScoreConfig, scoreSchema } from "../../src/config/schemas/score-schema.ts";
import { DataError } from "../../src/errors.ts";
import { sha256 } from "../../src/runs/file-record.ts";
import { holdInside } from "../queue/held-paths.ts";
import type { JobType } from "../queue/job-type.ts";
import { scoreShard } from "./score-shard.ts";
import { readSubject } from "./subject.ts";

export const shardType = z
  .object({ index: z.int().min(0), of: z.int().min(1).max(1_000_000) })
  .refine(({ index, of }) => index < of, "expected an index below the number of shards");

const shardData = z.object({
  /** Resolved, with paths that every worker understands. */
  config: scoreSchema,
  /** The run's folder; null for the config's baseline, with all its parameters. */
  run: z.string().min(1).nullable(),
  /** What the job was planned from: another plan means that something was replaced since. */
  plan: sha256,
  shard: shardType,
});

export type ScoreShardData = z.output<typeof shardData>;

export const shardJob: JobType<ScoreShardData> = {
  data: shardData,
  async run({ config, run, plan, shard }, { threads, roots }, context) {
    const { dataRoot, output, users, pairs, profiles, items, allow, deny, excludePairs } = config;
    const dataset = config.dataset === null ? null : path.join(dataRoot, config.dataset);
    const lists = { users, pairs, profiles, items, allow, deny, excludePairs };
    await holdInside(roots, { run, dataRoot, dataset, output, ...lists });
    const subject = await readSubject(config, run);
    await holdInside(roots, { dataset: subject.directory });
    if (subject.plan !== plan) {
      throw new DataError(
        `${run ?? `baseline ${config.baseline}`}: the run, its dataset or a file of ids was replaced since the job was planned; put it back, or queue the job again`,
      );
    }
    await scoreShard({ ...config, threads: threadsOf(config, threads) }, subject, shard, context);
  },
};

/** A worker's own number of threads, for those that compute on an engine. */
export function threadsOf(
  { baseline, threads }: Pick<ScoreConfig, "baseline" | "threads">,
  ofWorker: number | null,
): number | null {
  const computes = baseline === null || baseline === "ials" || baseline === "ease";
  return computes ? (ofWorker ?? threads) : null;
}

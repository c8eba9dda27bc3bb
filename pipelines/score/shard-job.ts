/** A shard of `score` as a job of the queue, where run and results are in folders that every worker sees. */
import path from "node:path";
import { z } from "zod";
import { scoreSchema } from "../../src/config/schemas/score-schema.ts";
import { DataError } from "../../src/errors.ts";
import { sha256 } from "../../src/runs/file-record.ts";
import { holdInside } from "../queue/held-paths.ts";
import type { JobType } from "../queue/job-type.ts";
import { readSubject } from "./score-inputs.ts";
import { scoreShard } from "./score-shard.ts";
import { openScoringEngine } from "./scoring-engine.ts";

export const shardType = z
  .object({ index: z.int().min(0), of: z.int().min(1).max(1_000_000) })
  .refine(({ index, of }) => index < of, "expected an index below the number of shards");

const shardData = z.object({
  /** Resolved, with paths that every worker understands. */
  config: scoreSchema,
  /** The run's folder. */
  run: z.string().min(1),
  /** What the job was planned from: another plan means that something was replaced since. */
  plan: sha256,
  shard: shardType,
});

export type ScoreShardData = z.output<typeof shardData>;

export const shardJob: JobType<ScoreShardData> = {
  data: shardData,
  async run({ config, run, plan, shard }, { threads, roots }, context) {
    const { dataRoot, output, users, pairs, allow, deny } = config;
    const dataset = config.dataset === null ? null : path.join(dataRoot, config.dataset);
    await holdInside(roots, { run, dataRoot, dataset, output, users, pairs, allow, deny });
    const subject = await readSubject(config, run);
    await holdInside(roots, { dataset: subject.directory });
    if (subject.plan !== plan) {
      throw new DataError(
        `${run}: the run, its dataset or a file of ids was replaced since the job was planned; put it back, or queue the job again`,
      );
    }
    const open = () => openScoringEngine({ ...config, threads: threads ?? config.threads }, context);
    await scoreShard(config, subject, shard, open, context);
  },
};

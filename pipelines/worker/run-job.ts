/** The kinds of job a worker knows, each brought by its stage, and one job carried out. */
import { z } from "zod";
import { DataError } from "../../src/errors.ts";
import { openTrialJob } from "../compare/trial-job.ts";
import type { JobSettings, JobType } from "../queue/job-type.ts";
import { shardJob } from "../score/shard-job.ts";
import { remoteShardJob } from "../score/store/remote-shard-job.ts";
import type { StageContext } from "../stage.ts";

const jobTypes: ReadonlyMap<string, JobType> = new Map<string, JobType>([
  ["score-shard", shardJob],
  ["score-stored-shard", remoteShardJob],
  ["trial", openTrialJob()],
]);

/** Throws DataError for a type or data that this version does not know. */
export async function runJob(
  job: { readonly type: string; readonly data: unknown },
  settings: JobSettings,
  context: StageContext,
): Promise<void> {
  const type = jobTypes.get(job.type);
  if (type === undefined) {
    throw new DataError(
      `job type "${job.type}" is unknown to this version; it knows ${[...jobTypes.keys()].join(", ")}`,
    );
  }
  const parsed = type.data.safeParse(job.data);
  if (!parsed.success) throw new DataError(`job data: ${z.prettifyError(parsed.error).replaceAll("\n", "; ")}`);
  await type.run(parsed.data, settings, context);
}

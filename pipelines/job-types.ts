/** What workers can do, a type a line: its data checked, its work a pure function of them that writes its own result file. */
import { z } from "zod";
import { scoreSchema } from "../src/config/score-schema.ts";
import { DataError } from "../src/errors.ts";
import { readSubject } from "./score-inputs.ts";
import { scoreShard } from "./score-shard.ts";
import { openScoringEngine } from "./scoring-engine.ts";
import type { StageContext } from "./stage.ts";
import { type StoredShardData, scoreStoredShard, storedShardData } from "./stored-shard-job.ts";
import { openTrials } from "./trial-jobs.ts";

export interface JobSettings {
  /** Of the machine the worker runs on; null leaves it to the job, and then to the engine. */
  readonly threads: number | null;
  /** Its folder for copies from an object store. */
  readonly cache: string;
}

export interface JobType<Data = unknown> {
  readonly data: z.ZodType<Data>;
  /** Does nothing where the result is there already. */
  run(data: Data, settings: JobSettings, context: StageContext): Promise<void>;
}

const scoreShardData = z.object({
  /** Resolved, with paths that every worker understands. */
  config: scoreSchema,
  /** The run's folder. */
  run: z.string(),
  /** What the job was planned from: another plan means that something was replaced since. */
  plan: z.string(),
  shard: z.object({ index: z.int().min(0), of: z.int().min(1) }),
});

const trialData = z.object({ folder: z.string(), trial: z.string() });

export type ScoreShardData = z.output<typeof scoreShardData>;
export type TrialData = z.output<typeof trialData>;

const scoreShardJob: JobType<ScoreShardData> = {
  data: scoreShardData,
  async run({ config, run, plan, shard }, { threads }, context) {
    const subject = await readSubject(config, run);
    if (subject.plan !== plan) {
      throw new DataError(
        `${run}: the run, its dataset or a file of ids was replaced since the job was planned; put it back, or queue the job again`,
      );
    }
    const open = () => openScoringEngine({ ...config, threads: threads ?? config.threads }, context);
    await scoreShard(config, subject, shard, open, context);
  },
};

const storedShardJob: JobType<StoredShardData> = {
  data: storedShardData,
  run: (data, { cache, threads }, context) => scoreStoredShard(data, { root: cache, threads }, context),
};

const trials = openTrials();

const trialJob: JobType<TrialData> = {
  data: trialData,
  run: ({ folder, trial }, { threads }, context) => trials.run(folder, trial, threads ?? 1, context),
};

const jobTypes: ReadonlyMap<string, JobType> = new Map<string, JobType>([
  ["score-shard", scoreShardJob as JobType],
  ["score-stored-shard", storedShardJob as JobType],
  ["trial", trialJob as JobType],
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

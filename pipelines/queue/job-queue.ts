/** Jobs for several machines: BullMQ on Redis. What a job does is elsewhere (the stages bring their kinds of job); here it is a name, an id and plain data. */
import { type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { ConfigError } from "../../src/errors.ts";

export interface PlannedJob {
  /** The same for the same work, so that it is never queued twice; letters, digits, dots and dashes. */
  readonly id: string;
  /** What worker/run-job.ts knows it by. */
  readonly type: string;
  /** For people, such as "recs.parquet 3/8". */
  readonly title: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type JobState = "waiting" | "active" | "completed" | "failed";

export interface KnownJob {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly state: JobState;
  /** Times it was begun. */
  readonly attempts: number;
  /** Times its worker was lost. */
  readonly stalls: number;
  /** Why the last attempt failed; null where none has. */
  readonly error: string | null;
  /** Milliseconds since the epoch; null where it has not begun. */
  readonly startedAt: number | null;
}

export interface JobQueue {
  /** Adds the jobs that are neither waiting nor under way; finished and failed ones begin anew. */
  ensure(jobs: readonly PlannedJob[], options: { readonly attempts: number }): Promise<void>;
  /** Null where the queue knows nothing of it. */
  find(id: string): Promise<KnownJob | null>;
  list(state: JobState, most: number): Promise<readonly KnownJob[]>;
  counts(): Promise<Readonly<Record<JobState, number>>>;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** redis:// or rediss:// */
  readonly url: string;
  /** Jobs of another name are not seen. */
  readonly name: string;
  /** Told when the connection is lost and when it is back. */
  readonly log: (line: string) => void;
}

const PATIENCE_MILLISECONDS = 5000; // a server that is just being started again
const SECONDS_KEPT = 7 * 24 * 3600; // finished and failed jobs, for `jobs` to show

/** Throws ConfigError where nobody answers; later on, calls wait for a server that is gone to come back. */
export async function openJobQueue(options: QueueOptions): Promise<JobQueue> {
  const connection = await connect(options);
  const queue = new Queue(options.name, { connection: connection.redis });
  queue.on("error", () => {}); // told by the connection itself
  return {
    async ensure(jobs, { attempts }) {
      for (const { id, type, title, data } of jobs) {
        const known = await queue.getJob(id);
        if (known !== undefined) {
          const state = stateOf(await known.getState());
          if (state === "waiting" || state === "active") continue;
          await known.remove().catch(() => {}); // somebody else may have begun it anew this moment
        }
        await queue.add(
          type,
          { title, ...data },
          {
            jobId: id,
            attempts,
            backoff: { type: "exponential", delay: 1000 },
            removeOnComplete: { age: SECONDS_KEPT },
            removeOnFail: { age: SECONDS_KEPT },
          },
        );
      }
    },
    async find(id) {
      const job = await queue.getJob(id);
      return job === undefined ? null : describeJob(job, stateOf(await job.getState()));
    },
    async list(state, most) {
      const jobs = await queue.getJobs(typesOf(state), 0, most - 1, true);
      // A job may go between being listed and being read.
      return jobs.filter((job) => job !== undefined).map((job) => describeJob(job, state));
    },
    async counts() {
      const found = await queue.getJobCounts();
      const sum = (state: JobState): number => typesOf(state).reduce((total, type) => total + (found[type] ?? 0), 0);
      return { waiting: sum("waiting"), active: sum("active"), completed: sum("completed"), failed: sum("failed") };
    },
    async close() {
      await queue.close();
      connection.close();
    },
  };
}

export interface WorkerEvents {
  /** Throws PermanentFailure where another attempt would fail in the same way. */
  process(job: { readonly type: string; readonly data: unknown; readonly attempt: number }): Promise<void>;
  started(title: string): void;
  completed(title: string): void;
  failed(title: string, error: string): void;
}

export interface WorkerHandle {
  /** Takes no further job and waits for the one under way. */
  close(): Promise<void>;
}

export interface WorkerSettings {
  /** A worker that has not been heard of for so long is taken for lost, and its job is given to another. */
  readonly lockSeconds: number;
  /** A job whose workers were lost more often than this fails. */
  readonly mostStalls: number;
}

/** A failure that no retry mends: bad data or a wrong setting. */
export class PermanentFailure extends UnrecoverableError {}

/** Takes jobs one at a time until closed. */
export async function startWorker(
  options: QueueOptions,
  { lockSeconds, mostStalls }: WorkerSettings,
  events: WorkerEvents,
): Promise<WorkerHandle> {
  const connection = await connect(options);
  const worker = new Worker(
    options.name,
    async (job) => {
      events.started(titleOf(job));
      await events.process({ type: job.name, data: job.data, attempt: job.attemptsMade + 1 });
    },
    {
      connection: connection.redis,
      concurrency: 1,
      lockDuration: lockSeconds * 1000,
      stalledInterval: lockSeconds * 500,
      maxStalledCount: mostStalls,
    },
  );
  worker.on("completed", (job) => events.completed(titleOf(job)));
  worker.on("failed", (job, error) => events.failed(job === undefined ? "a job" : titleOf(job), error.message));
  worker.on("error", () => {}); // a lost connection is told by the connection, a lost lock by the next worker's success
  return {
    async close() {
      await worker.close();
      connection.close();
    },
  };
}

interface Connection {
  readonly redis: Redis;
  close(): void;
}

async function connect({ url, log }: QueueOptions): Promise<Connection> {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(200 * times, 2000),
  });
  let problem = "";
  let isClosing = false;
  let isLost = false;
  redis.on("error", (error: Error) => {
    problem = error.message;
  });
  redis.connect().catch(() => {}); // tried again by retryStrategy until it is ready or given up here
  if (!(await isReady(redis, PATIENCE_MILLISECONDS))) {
    redis.disconnect();
    throw new ConfigError(`${shown(url)}: no Redis answers there (${problem}); start one, or give another --queue`);
  }
  redis.on("close", () => {
    if (!isLost && !isClosing) log(`${shown(url)}: the connection to Redis is lost; waiting for it to come back`);
    isLost = true;
  });
  redis.on("ready", () => {
    if (isLost) log(`${shown(url)}: connected again`);
    isLost = false;
  });
  return {
    redis,
    close() {
      isClosing = true;
      redis.disconnect();
    },
  };
}

/** False where it is not ready in time. */
function isReady(redis: Redis, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    redis.once("ready", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Without a password. */
function shown(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

type BullState = "waiting" | "prioritized" | "delayed" | "waiting-children" | "active" | "completed" | "failed";

function typesOf(state: JobState): BullState[] {
  return state === "waiting" ? ["waiting", "prioritized", "delayed", "waiting-children"] : [state];
}

function stateOf(state: string): JobState {
  return state === "active" || state === "completed" || state === "failed" ? state : "waiting";
}

function titleOf(job: Pick<Job, "data" | "id">): string {
  const data: unknown = job.data;
  const title = typeof data === "object" && data !== null ? Reflect.get(data, "title") : undefined;
  return typeof title === "string" ? title : String(job.id);
}

function describeJob(job: Job, state: JobState): KnownJob {
  return {
    id: String(job.id),
    type: job.name,
    title: titleOf(job),
    state,
    attempts: job.attemptsMade,
    stalls: job.stalledCounter ?? 0,
    error: job.failedReason ? job.failedReason : null,
    startedAt: job.processedOn ?? null,
  };
}

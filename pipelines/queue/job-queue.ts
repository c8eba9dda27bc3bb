/**
 * Jobs for several machines: BullMQ on Redis. What a job does is elsewhere (the stages bring their
 * kinds of job); here it is a name, an id and plain data.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Job, Queue, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { withoutSecrets } from "../../src/config/address-text.ts";
import { messageOf } from "../../src/errors.ts";
import { connectToRedis } from "../../src/redis/redis-connection.ts";
import { HandedBack, PermanentFailure } from "./job-failures.ts";

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

const MOST_TITLE_CHARACTERS = 200;
const SECONDS_KEPT = 7 * 24 * 3600; // finished and failed jobs, for `jobs` to show

/** Throws ConfigError where nobody answers; later on, calls wait for a server that is gone to come back. */
export async function openJobQueue(options: QueueOptions): Promise<JobQueue> {
  const { url, log } = options;
  const connection = await connectToRedis(url, { setting: "--queue", log, patienceSeconds: null });
  const queue = new Queue(options.name, { connection: connection.redis });
  queue.on("error", () => {}); // told by the connection itself
  const asked = <T>(question: Promise<T>): Promise<T> =>
    question.catch((error: unknown) => {
      throw connection.explain(error);
    });
  return {
    async ensure(jobs, { attempts }) {
      for (const { id, type, title, data } of jobs) {
        const known = await asked(queue.getJob(id));
        if (known !== undefined) {
          const state = stateOf(await known.getState());
          if (state === "waiting" || state === "active") continue;
          await known.remove().catch(() => {}); // somebody else may have begun it anew this moment
        }
        const manners = {
          jobId: id,
          attempts,
          backoff: { type: "exponential", delay: 1000 },
          removeOnComplete: { age: SECONDS_KEPT },
          removeOnFail: { age: SECONDS_KEPT },
        };
        await asked(queue.add(type, { title, ...data }, manners));
      }
    },
    async find(id) {
      const job = await asked(queue.getJob(id));
      return job === undefined ? null : describeJob(job, stateOf(await job.getState()));
    },
    async list(state, most) {
      const jobs = await asked(queue.getJobs(typesOf(state), 0, most - 1, true));
      // A job may go between being listed and being read.
      return jobs.filter((job) => job !== undefined).map((job) => describeJob(job, state));
    },
    async counts() {
      const found = await asked(queue.getJobCounts());
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
  /** Throws PermanentFailure where another attempt would fail in the same way, HandedBack where others should do it. */
  process(job: { readonly type: string; readonly data: unknown; readonly attempt: number }): Promise<void>;
  started(title: string): void;
  completed(title: string): void;
  handedBack(title: string): void;
  failed(title: string, error: string): void;
}

export interface WorkerHandle {
  /** Takes no further job and waits for the one under way, but not for a Redis that answers no more. */
  close(): Promise<void>;
}

export interface WorkerSettings {
  /** A worker that has not been heard of for so long is taken for lost, and its job is given to another. */
  readonly lockSeconds: number;
  /** A job whose workers were lost more often than this fails. */
  readonly mostStalls: number;
}

const LAST_WORDS_MILLISECONDS = 1500;

/** Takes jobs one at a time until closed. */
export async function startWorker(
  options: QueueOptions,
  { lockSeconds, mostStalls }: WorkerSettings,
  events: WorkerEvents,
): Promise<WorkerHandle> {
  const { url, log } = options;
  const connection = await connectToRedis(url, { setting: "--queue", log, patienceSeconds: null });
  let underWay: Promise<void> = Promise.resolve();
  const worker = new Worker(
    options.name,
    async (job, token) => {
      events.started(titleOf(job));
      const task = events.process({ type: job.name, data: job.data, attempt: job.attemptsMade + 1 });
      underWay = task.then(
        () => {},
        () => {},
      );
      await task.catch(async (error: unknown) => {
        if (error instanceof PermanentFailure) throw new UnrecoverableError(error.message);
        if (!(error instanceof HandedBack)) throw error;
        events.handedBack(titleOf(job));
        await job.moveToWait(token ?? "");
        throw new WaitingError();
      });
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
  let refusal = "";
  worker.on("error", (error) => {
    // A lost connection is told by the connection, a lost lock by the next worker's success.
    const explained = connection.explain(error);
    if (explained === error || messageOf(explained) === refusal) return;
    refusal = messageOf(explained);
    options.log(refusal);
  });
  return {
    async close() {
      const closed = worker.close();
      await Promise.race([closed, underWay.then(() => sleep(LAST_WORDS_MILLISECONDS, undefined, { ref: false }))]);
      connection.close();
      await worker.disconnect();
    },
  };
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
  return typeof title === "string" ? title.replaceAll(/\s+/g, " ").slice(0, MOST_TITLE_CHARACTERS) : String(job.id);
}

function describeJob(job: Job, state: JobState): KnownJob {
  return {
    id: String(job.id),
    type: job.name,
    title: titleOf(job),
    state,
    attempts: job.attemptsMade,
    stalls: job.stalledCounter ?? 0,
    error: job.failedReason ? withoutSecrets(job.failedReason) : null,
    startedAt: job.processedOn ?? null,
  };
}

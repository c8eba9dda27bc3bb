/**
 * The stage `worker`: takes jobs from a queue, one at a time, until it is told to stop. Kill it at any
 * moment; nothing is lost.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { workerSchema } from "../../src/config/schemas/worker-schema.ts";
import { ConfigError, DataError, messageOf } from "../../src/errors.ts";
import { failureReason } from "../queue/failure-reason.ts";
import { HandedBack, PermanentFailure } from "../queue/job-failures.ts";
import { loadQueue } from "../queue/load-queue.ts";
import type { Stage, StageContext } from "../stage.ts";
import { runJob } from "./run-job.ts";

const MILLISECONDS_BETWEEN_LOOKS = 500;

export const workerStage: Stage<typeof workerSchema> = {
  name: "worker",
  schema: workerSchema,
  async run(config, context) {
    const { queue: url, queueName: name, threads, cache, root: roots, lockSeconds, mostStalls, untilEmpty } = config;
    const settings = { threads, cache, roots, stopping: context.signal };
    const options = { url, name, log: context.log };
    const { openJobQueue, startWorker } = await loadQueue();
    const queue = await openJobQueue(options);
    const done = { completed: 0, failed: 0 };
    let lastFailure = "";
    // Progress bars of jobs would write over each other's lines.
    const quietly: StageContext = { ...context, terminal: null, signal: new AbortController().signal };
    const worker = await startWorker(
      options,
      { lockSeconds, mostStalls },
      {
        async process(job) {
          try {
            await runJob(job, settings, quietly);
          } catch (error) {
            lastFailure = messageOf(error);
            throw outcomeOf(error, job, context.signal);
          }
        },
        started: (title) => context.log(`${title}: begun`),
        completed(title) {
          done.completed++;
          context.log(`${title}: done`);
        },
        failed(title, reason) {
          done.failed++;
          context.log(`${title}: failed: ${lastFailure === "" ? reason : lastFailure}`);
          lastFailure = "";
        },
        handedBack: (title) => context.log(`${title}: given back to the queue, since its store does not answer`),
      },
    );
    context.log(`waiting for jobs; Ctrl-C ends after the job under way, a second one at once`);
    const stopped = new Promise<null>((resolve) =>
      context.signal.addEventListener("abort", () => resolve(null), { once: true }),
    );
    try {
      while (!context.signal.aborted) {
        await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal: context.signal }).catch(() => {});
        if (!untilEmpty) continue;
        const counts = await Promise.race([queue.counts(), stopped]); // a Redis that is gone does not answer
        if (counts === null || counts.waiting + counts.active === 0) break;
      }
      await worker.close();
    } finally {
      await queue.close();
    }
    return { json: { stage: "worker", ...done }, text: `${done.completed} jobs done, ${done.failed} failures` };
  },
};

/**
 * What the queue is told of a failure. Bad data and wrong settings fail in the same way however often
 * they are tried.
 */
function outcomeOf(
  error: unknown,
  job: { readonly type: string; readonly data: unknown },
  stopping: AbortSignal,
): Error {
  // Nothing else ends a job of a worker that was told to stop: the store was given up.
  if (stopping.aborted && Object(error).name === "AbortError") return new HandedBack();
  const reason = failureReason(messageOf(error), job);
  const isLasting = error instanceof DataError || error instanceof ConfigError;
  return isLasting ? new PermanentFailure(reason) : new Error(reason);
}

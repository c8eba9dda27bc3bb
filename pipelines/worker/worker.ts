/** The stage `worker`: takes jobs from a queue, one at a time, until it is told to stop. Kill it at any moment; nothing is lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { workerSchema } from "../../src/config/schemas/worker-schema.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { openJobQueue, PermanentFailure, startWorker } from "../queue/job-queue.ts";
import type { Stage, StageContext } from "../stage.ts";
import { runJob } from "./run-job.ts";

const MILLISECONDS_BETWEEN_LOOKS = 500;

export const workerStage: Stage<typeof workerSchema> = {
  name: "worker",
  schema: workerSchema,
  async run({ queue: url, queueName: name, threads, cache, lockSeconds, mostStalls, untilEmpty }, context) {
    const options = { url, name, log: context.log };
    const queue = await openJobQueue(options);
    const done = { completed: 0, failed: 0 };
    // Progress bars of jobs would write over each other's lines.
    const quietly: StageContext = { ...context, terminal: null, signal: new AbortController().signal };
    const worker = await startWorker(
      options,
      { lockSeconds, mostStalls },
      {
        process: (job) => permanent(() => runJob(job, { threads, cache }, quietly)),
        started: (title) => context.log(`${title}: begun`),
        completed(title) {
          done.completed++;
          context.log(`${title}: done`);
        },
        failed(title, error) {
          done.failed++;
          context.log(`${title}: failed: ${error}`);
        },
      },
    );
    context.log(`waiting for jobs; Ctrl-C ends after the job under way, a second one at once`);
    try {
      while (!context.signal.aborted) {
        await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal: context.signal }).catch(() => {});
        if (!untilEmpty) continue;
        const { waiting, active } = await queue.counts();
        if (waiting + active === 0) break;
      }
      await worker.close();
    } finally {
      await queue.close();
    }
    return { json: { stage: "worker", ...done }, text: `${done.completed} jobs done, ${done.failed} failures` };
  },
};

/** Bad data and wrong settings fail in the same way however often they are tried. */
async function permanent(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (error instanceof DataError || error instanceof ConfigError) throw new PermanentFailure(error.message);
    throw error;
  }
}

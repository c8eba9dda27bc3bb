/**
 * The stage `jobs`: what is in a queue, from any terminal: how much is done, who is at work, and why something failed.
 */
import { jobsSchema } from "../../src/config/schemas/worker-schema.ts";
import { clockText } from "../progress/clock-text.ts";
import type { KnownJob } from "../queue/job-queue.ts";
import { loadQueue } from "../queue/load-queue.ts";
import type { Stage } from "../stage.ts";

export const jobsStage: Stage<typeof jobsSchema> = {
  name: "jobs",
  schema: jobsSchema,
  async run({ queue: url, queueName: name, most }, context) {
    const { openJobQueue } = await loadQueue();
    const queue = await openJobQueue({ url, name, log: context.log });
    try {
      const counts = await queue.counts();
      const [active, failed] = [await queue.list("active", most), await queue.list("failed", most)];
      const lines = [
        `${counts.completed} done, ${counts.active} under way, ${counts.waiting} waiting, ${counts.failed} failed`,
        ...active.map((job) => `  under way: ${job.title}${ageOf(job, context.now())}${stallsOf(job)}`),
        ...failed.map((job) => `  failed: ${job.title} after ${job.attempts} attempts${stallsOf(job)}: ${job.error}`),
      ];
      return { json: { stage: "jobs", counts, active, failed }, text: lines.join("\n") };
    } finally {
      await queue.close();
    }
  },
};

function ageOf({ startedAt }: KnownJob, now: number): string {
  return startedAt === null ? "" : `, for ${clockText((now - startedAt) / 1000)}`;
}

function stallsOf({ stalls }: KnownJob): string {
  return stalls === 0 ? "" : `, its worker lost ${stalls} times`;
}

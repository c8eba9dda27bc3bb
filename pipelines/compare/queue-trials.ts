/**
 * The trials of a study put into a queue by the process that leads it, and watched until all are there.
 * The files say what is done.
 */
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError } from "../../src/errors.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { StageContext } from "../stage.ts";
import type { OpenStudy } from "./open-study.ts";

const MILLISECONDS_BETWEEN_LOOKS = 500;

/**
 * Queues what can be run, looks until it is done, and goes on with what has become possible;
 * the files say what is done.
 */
export async function queueTrials(
  study: OpenStudy,
  queue: JobQueue,
  context: Pick<StageContext, "signal">,
  hooks: { changed(): void; readonly attempts: number },
): Promise<"done" | "interrupted"> {
  for (;;) {
    const remaining = await study.remaining();
    hooks.changed();
    if (remaining.length === 0) return "done";
    if (context.signal.aborted) return "interrupted";
    const failures: string[] = [];
    let open = 0;
    for (const { id } of remaining) {
      const jobId = `trial-${hashOf({ folder: path.resolve(study.folder), stored: study.stored }).slice(0, 16)}-${id}`;
      const job = await queue.find(jobId);
      if (job?.state === "failed") {
        failures.push(`trial ${id}: ${job.error} (${job.attempts} attempts)`);
        continue;
      }
      open++;
      if (job === null || job.state === "completed") {
        const data = { folder: path.resolve(study.folder), trial: id };
        await queue.ensure([{ id: jobId, type: "trial", title: `trial ${id}`, data }], hooks);
      }
    }
    if (open === 0) throw new StorageError([`${failures.length} trials failed`, ...failures.slice(0, 5)].join("\n"));
    await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal: context.signal }).catch(() => {});
  }
}

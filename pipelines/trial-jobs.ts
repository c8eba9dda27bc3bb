/** Trials of `compare` as jobs: planned by the process that leads the study, carried out by any worker, one trial each. */
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError } from "../src/errors.ts";
import { hashOf } from "../src/runs/run-directory.ts";
import type { JobQueue } from "./job-queue.ts";
import { type OpenStudy, openStudy, openStudyEngine, readStoredStudy } from "./open-study.ts";
import type { StageContext } from "./stage.ts";
import { carryOut } from "./work-on-study.ts";

/** Studies a worker has open; their data stay loaded from trial to trial. */
export function openTrials() {
  const studies = new Map<string, { readonly identity: string; readonly study: OpenStudy }>();
  return {
    /** Does nothing where the trial is there already. */
    async run(folder: string, id: string, threads: number, context: StageContext): Promise<void> {
      const stored = await readStoredStudy(folder);
      const identity = hashOf(stored);
      let known = studies.get(folder);
      if (known?.identity !== identity) {
        const { engine, description } = await openStudyEngine(stored.engine.name, threads, context);
        known = {
          identity,
          study: openStudy(folder, { ...stored, engine: { ...stored.engine, description } }, engine),
        };
        studies.set(folder, known);
      }
      const { study } = known;
      const trial = (await study.remaining()).find((plan) => plan.id === id);
      if (trial === undefined) return;
      const record = await carryOut(study, trial, context);
      if (record === null) context.signal.throwIfAborted();
      else study.add(record);
    },
  };
}

const MILLISECONDS_BETWEEN_LOOKS = 500;

/** Queues what can be run, looks until it is done, and goes on with what has become possible; the files say what is done. */
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

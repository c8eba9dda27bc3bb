/**
 * What is left to do once a run's manifest says done: nothing of it can be lost, all of it can be done again, and what
 * cannot be done is a warning. The run is finished.
 */
import { rm } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../src/errors.ts";
import { runFiles } from "../../src/runs/run-directory.ts";
import { latestRun, pointLatest } from "../runs/latest-run.ts";
import type { StageContext } from "../stage.ts";

/** Nothing to resume is left, and `latest` points at the run. */
export async function settleRun(directory: string, context: StageContext): Promise<void> {
  const resume = path.join(directory, runFiles.resume);
  await warned(context, `${resume} cannot be removed`, () => rm(resume, { force: true }));
  const folder = path.dirname(path.resolve(directory));
  await warned(context, "the run is finished, but is not the latest", () => pointLatest(folder, directory, context));
}

/** For a run that was finished before: `latest` is mended where it was left behind, and stays where it was put. */
export async function settleRunAgain(directory: string, context: StageContext): Promise<void> {
  await rm(path.join(directory, runFiles.resume), { force: true });
  const folder = path.dirname(path.resolve(directory));
  await warned(context, "the latest run is not known", () => latestRun(folder, context));
}

async function warned({ log }: Pick<StageContext, "log">, what: string, task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    log(`warning: ${what}: ${messageOf(error)}`);
  }
}

/**
 * The work itself: take a trial that nobody has, run it, write it, take the next. Any number of
 * processes may do this at once.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../../src/errors.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import type { Processes } from "../../src/files/processes.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import type { TrialPlan } from "../../src/study/plan-trials.ts";
import type { StageContext } from "../stage.ts";
import { rankerOf } from "../training/configured-training.ts";
import { runTrial } from "../trials/run-trial.ts";
import { hasTrial, writeTrial } from "../trials/trial-files.ts";
import { readTrialSnapshot, removeTrialSnapshot, writeTrialSnapshot } from "../trials/trial-snapshot.ts";
import type { OpenStudy } from "./open-study.ts";

export type WorkContext = Processes & Pick<StageContext, "elapsed" | "signal" | "environment" | "log">;

export interface WorkHooks {
  /** Called whenever records may have become more, by this process or another. */
  changed(): void;
}

const WAIT_MILLISECONDS = 250;

/** Ends when every trial is done, whoever did it. */
export async function workOnStudy(
  study: OpenStudy,
  context: WorkContext,
  hooks: WorkHooks = { changed: () => {} },
): Promise<"done" | "interrupted"> {
  await mkdir(path.join(study.folder, studyFiles.trialsFolder), { recursive: true });
  for (;;) {
    const remaining = await study.remaining();
    hooks.changed();
    if (remaining.length === 0) return "done";
    if (context.signal.aborted) return "interrupted";
    if (!(await runFirstFree(study, remaining, context))) {
      // The rest is in other hands, and final trials wait for them.
      await sleep(WAIT_MILLISECONDS, undefined, { signal: context.signal }).catch(() => {});
    }
  }
}

/** Runs one trial; false where each is being run by somebody else. */
async function runFirstFree(study: OpenStudy, plans: readonly TrialPlan[], context: WorkContext): Promise<boolean> {
  for (const plan of plans) {
    if (context.signal.aborted) return false;
    const release = await claim(study.folder, plan, context);
    if (release === null) continue;
    try {
      // It may have been finished between our look and our claim.
      if (await hasTrial(study.folder, plan.id)) return true;
      const record = await carryOut(study, plan, context);
      if (record !== null) study.add(record);
      return true;
    } finally {
      await release();
    }
  }
  return false;
}

/** One trial of a study into its own file; null when interrupted. For any process that holds the study open. */
export async function carryOut(study: OpenStudy, trial: TrialPlan, context: WorkContext): Promise<TrialRecord | null> {
  const before = study.recordBefore(trial);
  const data = await study.data(trial.subject);
  const result = await runTrial({
    trial,
    from: before === null ? null : await readTrialSnapshot(study.folder, before, context.log),
    data,
    engine: study.engine,
    engineName: study.stored.engine.description,
    context,
  });
  if (result === null) return null;
  const record = await writeTrial(study.folder, result, context);
  const spec = rankerOf(trial.config, data.dataset);
  if (trial.epochs === trial.config.epochs) await removeTrialSnapshot(study.folder, trial.id);
  else if (result.point !== null)
    await writeTrialSnapshot(study.folder, { record, spec, point: result.point }, context);
  return record;
}

async function claim(folder: string, plan: TrialPlan, context: WorkContext): Promise<(() => Promise<void>) | null> {
  try {
    return await takeLock(path.join(folder, studyFiles.trialsFolder, `${plan.id}.lock`), context);
  } catch (error) {
    if (error instanceof ConfigError) return null; // held by a process that is at work on it
    throw error;
  }
}

/** The stage `compare`: a study in, its trials run side by side, and tables, intervals and paired tests out. */

import { availableParallelism } from "node:os";
import path from "node:path";
import { addressText } from "../../src/config/address-text.ts";
import { type CompareConfig, compareSchema } from "../../src/config/schemas/compare-schema.ts";
import type { Study } from "../../src/config/schemas/study-schema.ts";
import { shellCommand } from "../../src/config/shell-command.ts";
import { messageOf } from "../../src/errors.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { StoredStudy } from "../../src/runs/stored-study.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { countTrials } from "../../src/study/plan-trials.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { readDescription } from "../dataset/stored-dataset.ts";
import { openStudyDisplay } from "../progress/study-progress.ts";
import { loadQueue } from "../queue/load-queue.ts";
import { INTERRUPTED, type Stage, type StageContext, type StageResult, type StartedProgram } from "../stage.ts";
import { finishStudy, type StudyOutcome } from "./finish-study.ts";
import { type OpenStudy, openStudy, openStudyEngine, readStoredStudy } from "./open-study.ts";
import { queueTrials } from "./queue-trials.ts";
import { measureBaselines } from "./study-baselines.ts";
import { loadStudy } from "./study-file.ts";
import { planText } from "./study-plan-text.ts";
import { clearStudy, StudyRecorder } from "./study-recorder.ts";
import { type WorkHooks, workOnStudy } from "./work-on-study.ts";

export const compareStage: Stage<typeof compareSchema> = {
  name: "compare",
  schema: compareSchema,
  run: (config, context) => (config.join === null ? lead(config, context) : help(config, config.join, context)),
};

/** Works on another process's study until nothing is left of it. */
async function help(config: CompareConfig, folder: string, context: StageContext): Promise<StageResult> {
  const stored = await readStoredStudy(folder);
  const { engine, description } = await openStudyEngine(
    { choice: stored.engine.name, threads: config.threads, study: stored.study, dataRoot: stored.dataRoot },
    context,
  );
  const study = openStudy(folder, { ...stored, engine: { ...stored.engine, description } }, engine);
  const state = await workOnStudy(study, context);
  return {
    json: { stage: "compare", status: state, study: folder },
    text: `${folder}: ${state === "done" ? "no trial is left" : "interrupted"}`,
    exitCode: state === "done" ? 0 : INTERRUPTED,
  };
}

async function lead(config: CompareConfig, context: StageContext): Promise<StageResult> {
  const dataset = config.dataset === null ? null : await datasetNameOf(config.dataset);
  // The schema has asked for a study or a folder to join.
  const study = await loadStudy(config.study!, { ...config, dataset });
  const { engine, description } = await openStudyEngine(
    { choice: config.engine, threads: config.threads, study, dataRoot: config.dataRoot },
    context,
  );
  const descriptions = await Promise.all(
    study.subjects.map(({ dataset }) => readDescription(path.join(config.dataRoot, dataset))),
  );
  const stored: StoredStudy = {
    study,
    engine: { name: engine.name, description },
    dataRoot: path.resolve(config.dataRoot),
    datasets: descriptions.map(({ contentHash }, index) => ({ name: study.subjects[index]!.dataset, contentHash })),
  };
  const folder = config.output ?? path.join(config.modelsRoot, "studies", studyFolderName(study));
  const workers =
    config.queue !== null ? 1 : (config.workers ?? (context.startAgain === undefined ? 1 : availableParallelism()));
  const opened = openStudy(folder, stored, engine); // every setting of every trial is checked here
  if (config.plan) return planned(opened, workers);

  await makeFolder(folder, "choose another folder with --output");
  const release = await takeLock(path.join(folder, studyFiles.lock), context);
  try {
    if (config.force) await clearStudy(folder);
    await opened.remaining(); // refuses trials of another study before anything is written
    const recorder = await StudyRecorder.open({ folder, stored, workers }, context);
    await writeFileAtomically(path.join(folder, studyFiles.study), `${JSON.stringify(stored, null, 2)}\n`);
    context.log(
      `${folder}: ${plannedTrials(study)} trials, ${opened.records.size} of them done; ${workers} side by side; ${description}`,
    );
    return await carryOutStudy({ opened, recorder, workers, config }, context);
  } finally {
    await release();
  }
}

interface StudyJob {
  readonly opened: OpenStudy;
  readonly recorder: StudyRecorder;
  readonly workers: number;
  readonly config: CompareConfig;
}

async function carryOutStudy(
  { opened, recorder, workers, config }: StudyJob,
  context: StageContext,
): Promise<StageResult> {
  const { folder, records } = opened;
  const display = openStudyDisplay(
    { batches: expectedTrials(opened.stored.study), workers, before: new Map(records) },
    context,
  );
  const helpers = startHelpers(folder, { count: workers - 1, threads: config.threads }, context);
  try {
    const hooks = { changed: () => display.update(records) };
    const state =
      config.queue === null
        ? await workOnStudy(opened, context, hooks)
        : await workByQueue(opened, { ...config, queue: config.queue }, context, hooks);
    display.close();
    const baselines = state === "interrupted" ? null : await measureBaselines(opened, config, context);
    if (baselines === null) {
      const reason = `interrupted after ${records.size} trials`;
      await recorder.save({ reason, trials: counted(opened) });
      const text = `${folder}: ${reason}; the same command goes on with the rest`;
      return { json: { stage: "compare", status: "interrupted", study: folder, reason }, text, exitCode: INTERRUPTED };
    }
    context.log(`${folder}: intervals and tests`);
    const outcome = await finishStudy(opened, baselines);
    await recorder.finish(outcome.files, counted(opened));
    return finished(folder, outcome);
  } catch (error) {
    const reason = messageOf(error);
    // The first failure is the one to tell, even where the disk is so full that this fails too.
    await recorder.save({ status: "failed", reason }).catch(() => {});
    throw error;
  } finally {
    display.close();
    for (const helper of helpers) helper.stop();
    await Promise.all(helpers.map(({ ended }) => ended));
  }
}

/** Leaves the trials to the workers of a queue. */
async function workByQueue(
  opened: OpenStudy,
  { queue: url, queueName: name, attempts }: CompareConfig & { readonly queue: string },
  context: StageContext,
  hooks: WorkHooks,
): Promise<"done" | "interrupted"> {
  const { openJobQueue } = await loadQueue();
  const queue = await openJobQueue({ url, name, log: context.log });
  try {
    const worker = shellCommand("lawn-ranker", "worker", "--queue", addressText(url));
    context.log(`trials in the queue; ${worker} runs them, here or elsewhere`);
    return await queueTrials(opened, queue, context, { ...hooks, attempts });
  } finally {
    await queue.close();
  }
}

/** Processes, not threads: each has its own pool for the engine's work, and a crash of one costs one trial. */
function startHelpers(
  folder: string,
  { count, threads }: { readonly count: number; readonly threads: number },
  { startAgain, log, signal }: Pick<StageContext, "startAgain" | "log" | "signal">,
): readonly StartedProgram[] {
  if (startAgain === undefined) return [];
  return Array.from({ length: Math.max(0, count) }, () => {
    const helper = startAgain(["compare", "--join", folder, "--threads", String(threads), "--quiet"]);
    void helper.ended.then((status) => {
      if (status === 0 || signal.aborted) return;
      log(`warning: a process beside this one ended (status ${status ?? "of a signal"}); its trial is taken up again`);
    });
    return helper;
  });
}

function studyFolderName({ name, subjects }: Study): string {
  return `${name}-${[...new Set(subjects.map(({ dataset }) => dataset))].join("+")}`;
}

function plannedTrials(study: Study): number {
  return expectedTrials(study).reduce((sum, { trials }) => sum + trials, 0);
}

function expectedTrials(study: Study) {
  const cells = study.subjects.length * study.arms.length;
  return study.batchSizes.map((batch) => ({
    size: batch.size,
    epochs: batch.epochs,
    trials: cells * countTrials(study, batch),
  }));
}

function counted({ records, stored }: OpenStudy) {
  const all = [...records.values()];
  return {
    planned: plannedTrials(stored.study),
    finished: all.filter(({ outcome }) => outcome === "finished").length,
    diverged: all.filter(({ outcome }) => outcome === "diverged").length,
  };
}

function planned(opened: OpenStudy, workers: number): StageResult {
  const { study } = opened.stored;
  return {
    json: { stage: "compare", status: "planned", study: opened.folder, trials: plannedTrials(study), workers },
    text: planText(opened),
  };
}

function finished(folder: string, { summary, table }: StudyOutcome): StageResult {
  return {
    json: {
      stage: "compare",
      status: "done",
      study: folder,
      name: summary.name,
      arms: summary.arms,
      comparisons: summary.comparisons,
    },
    text: `${folder}\n\n${table}`,
  };
}

/** The stage `train`: an ingested dataset in, a run directory with a chosen ranker and its test metrics out. */

import path from "node:path";
import { isPlanned } from "../../src/config/schemas/planning-settings.ts";
import { type TrainConfig, trainSchema } from "../../src/config/schemas/train-schema.ts";
import { trainWarnings } from "../../src/config/train-warnings.ts";
import { samplesPerEpoch } from "../../src/dataset/training-batches.ts";
import { ConfigError, messageOf } from "../../src/errors.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { defaultRunName, hashOf, identityOf, runFiles } from "../../src/runs/run-directory.ts";
import { DivergenceError } from "../../src/training/divergence.ts";
import { openConfiguredEngine } from "../configured-engine.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { checkRecency } from "../dataset/row-order.ts";
import { seenItems } from "../dataset/seen-items.ts";
import { protocolOf } from "../measures/evaluate-split.ts";
import { readBaselinesRecord } from "../runs/baselines-file.ts";
import { keepDataset } from "../runs/kept-dataset.ts";
import { readMetrics } from "../runs/metrics-file.ts";
import { RunRecorder } from "../runs/run-recorder.ts";
import { readFinishedManifest, verifyRun } from "../runs/stored-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { batchSourceOf, rankerOf, trainingTaskOf } from "../training/configured-training.ts";
import { checkFeatures, featureLines, loadTrainingDataset } from "../training/training-dataset.ts";
import { recommendedSettings } from "./defaults/recommended-settings.ts";
import { lawnWarning } from "./lawn-warning.ts";
import { newManifest, runDirectory } from "./new-manifest.ts";
import { clearRun, decideRun, type RunDecision } from "./open-run.ts";
import { checkPlanning } from "./planning/plan-run.ts";
import { withHeld } from "./planning/planned-config.ts";
import { budgetWarning, planJob } from "./planning/planned-job.ts";
import { resolvedConfig } from "./resolved-config.ts";
import { measureRivals, type Rivals } from "./rivals/measure-rivals.ts";
import { beginRivals, finishRivals } from "./rivals/rivals-record.ts";
import { settleRun, settleRunAgain } from "./settle-run.ts";
import { withStart } from "./start/find-start.ts";
import { isOfSameNight } from "./start/same-night.ts";
import { openWarmStart } from "./start/warm-start.ts";
import { reportTest, type TestReport } from "./test-report.ts";
import { checkMeasures, type ReportBefore, type TrainingJob, trainAndRefit } from "./train-and-refit.ts";
import { finished, interrupted, type TrainResult } from "./train-result.ts";

export const trainStage: Stage<typeof trainSchema, TrainResult> = {
  name: "train",
  schema: trainSchema,
  recommend: recommendedSettings,
  run: train,
};

async function train(given: TrainConfig, context: StageContext): Promise<StageResult<TrainResult>> {
  const named = { ...given, dataset: await datasetNameOf(given.dataset) };
  const { config: begun, found } = await withStart(named, context);
  const held = withHeld(begun, context.givenAsFlags);
  for (const warning of trainWarnings(held)) context.log(warning);
  const dataset = await loadTrainingDataset(path.join(held.dataRoot, held.dataset));
  const config = { ...held, candidates: protocolOf(dataset, held.candidates) };
  checkRecency(config.recencyPower, dataset.description);
  checkFeatures(config, dataset);
  const spec = rankerOf(config, dataset);
  const source = batchSourceOf(config, dataset, { interactions: dataset.train, seen: seenItems(dataset, ["train"]) });
  const engine = await openConfiguredEngine({ ...config, trains: [trainingTaskOf(config, dataset)] }, context.log);
  if (config.batchSize > samplesPerEpoch(source)) {
    context.log(
      `warning: a batch of ${config.batchSize} is more than the ${samplesPerEpoch(source)} samples of an epoch, so each epoch is one step`,
    );
  }

  const { resume, force } = config;
  const resolved = resolvedConfig(config, { spec, engine });
  const configHash = hashOf(identityOf(resolved));
  const { contentHash } = dataset.description;
  const asked = {
    named: config.run === null ? null : runDirectory(config, config.run),
    resolved,
    contentHash,
    choices: context.choices,
  };
  if (found !== null && !force && (await isOfSameNight(found, asked))) {
    context.log(`${found.directory}: was trained on this very data with these settings, so there is nothing to add`);
    return await finishedBefore(found.directory, await readFinishedManifest(found.directory), context);
  }
  const start = found === null ? null : await openWarmStart({ ...found, start: config.start!, config, spec, dataset });
  const startHash = start?.record.checkpoint ?? null;
  const nameHash = hashOf({ settings: configHash, data: contentHash, ...(start === null ? {} : { start: startHash }) });
  const directory = runDirectory(config, defaultRunName(config, nameHash));
  if (found !== null && path.resolve(found.directory) === path.resolve(directory)) {
    throw new ConfigError(
      `--start-from: ${directory} is the run that is to be trained; give it another name with --run`,
    );
  }
  const request = {
    directory,
    config: resolved,
    configHash,
    datasetHash: contentHash,
    startHash,
    choice: { resume, force },
  };
  // Everything that can be refused is refused before anything is written; the run is looked at again
  // once nobody else can write.
  checkPlanning(config, dataset);
  const isFinished = (await decideRun(request)).kind === "finished";
  if (!isFinished) await checkMeasures({ config, source, dataset, context });
  const rivals = isFinished ? null : await measureRivals({ config, engine, dataset, context });
  await makeFolder(directory, "choose another folder with --models-root or --run");
  const release = await takeLock(path.join(directory, runFiles.lock), context);
  try {
    const decision = await decideRun(request);
    if (decision.kind === "finished") return await finishedBefore(directory, decision.manifest, context);
    const manifest =
      decision.kind === "resume"
        ? {
            ...decision.manifest,
            status: "running" as const,
            reason: null,
            resumptions: decision.manifest.resumptions + 1,
          }
        : newManifest({ ...request, resolved, engine, config, dataset: dataset.description, start }, context);
    if (decision.kind === "begin") await clearRun(directory);
    await keepDataset(directory, dataset);
    const recorder = new RunRecorder(directory, manifest, context);
    const isDecided = isPlanned(config) && manifest.planning?.settings !== null;
    if (!isDecided) await recorder.saveConfig(resolved);
    await recorder.saveManifest({});
    context.log(`${directory}: ${startText(decision)}; ${engine.description}`);
    for (const line of [...featureLines(config, dataset), ...(start?.lines ?? [])]) context.log(line);
    await beginRivals(rivals, { config, dataset, directory });
    const spentSeconds = () => manifest.seconds + context.elapsed() / 1000;
    const job = { config, spec, engine, source, start, dataset, recorder, context };
    return await carryOut(job, { decision, rivals, spentSeconds });
  } finally {
    await release();
  }
}

interface Course {
  readonly decision: RunDecision;
  readonly rivals: Rivals | null;
  /** Since the run began, in every session. */
  spentSeconds(): number;
}

async function carryOut(
  asked: TrainingJob,
  { decision, rivals, spentSeconds }: Course,
): Promise<StageResult<TrainResult>> {
  const { recorder, context } = asked;
  try {
    const planned = await planJob(asked, spentSeconds);
    if (planned.kind === "interrupted") {
      await recorder.saveManifest({ reason: planned.reason });
      return interrupted(recorder.directory, planned.reason);
    }
    const { job } = planned;
    let reported: Promise<TestReport | null> | null = null;
    const report: ReportBefore = (tested, validation) => {
      reported ??= reportTest(job, tested, validation);
      return reported;
    };
    const trained = await trainAndRefit(job, decision.kind === "resume" ? decision.file : null, report);
    if (trained.kind === "interrupted") {
      const reason = `interrupted in epoch ${trained.epoch} after step ${trained.step} of it`;
      await recorder.saveManifest({ reason });
      return interrupted(recorder.directory, reason);
    }
    await recorder.saveChosen(trained.chosen);
    const test = await (reported ?? reportTest(job, trained.tested, trained.validation));
    const compared = await finishRivals(rivals, job, { test, trained });
    const warnings = [
      lawnWarning(job.config, await recorder.epochs(), trained.chosen),
      budgetWarning(recorder.manifest, spentSeconds()),
    ];
    for (const warning of warnings) if (warning !== null) context.log(warning);
    await recorder.finish(trained);
    await settleRun(recorder.directory, context);
    context.log(`${recorder.directory}: done in ${recorder.manifest.seconds.toFixed(1)} s`);
    return finished(recorder.directory, test?.document ?? null, compared);
  } catch (thrown) {
    const error = thrown instanceof DivergenceError ? await withCheckpoint(thrown, recorder) : thrown;
    const reason = messageOf(error);
    // The first failure is the one to tell, even where the disk is so full that this fails too.
    await recorder.fail(reason).catch(() => {});
    throw error;
  }
}

/** The loop does not know what earlier sessions have left; the folder does. */
async function withCheckpoint(error: DivergenceError, recorder: RunRecorder): Promise<DivergenceError> {
  const kept = (await recorder.hasResume()) ? "the last checkpoint is kept" : "there is no checkpoint yet";
  return new DivergenceError(`${error.message}; ${kept}`, { cause: error });
}

function startText(decision: RunDecision): string {
  if (decision.kind !== "resume") return "begins";
  if (decision.manifest.planning?.settings === null) return "goes on with planning";
  if (decision.file === null) return "had not come to its first checkpoint; begins anew";
  const { point, labels } = decision.file;
  return `goes on with ${labels.pass ?? "train"} epoch ${point.epoch + 1} after step ${point.step}`;
}

async function finishedBefore(
  directory: string,
  manifest: Manifest,
  context: StageContext,
): Promise<StageResult<TrainResult>> {
  await verifyRun(directory, manifest);
  await settleRunAgain(directory, context);
  context.log(`${directory}: this run is finished, same settings and data; --force trains it anew`);
  return finished(directory, await readMetrics(directory), await readBaselinesRecord(directory));
}

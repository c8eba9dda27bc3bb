/**
 * One trial of a study or a search, from initial values to its record: a function of the plan and the data, whichever
 * process runs it.
 */
import { createHash } from "node:crypto";
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { type BatchSource, drawBatch, epochDraws, samplesPerEpoch } from "../../src/dataset/training-batches.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { hashOf, identityOf } from "../../src/runs/run-directory.ts";
import type { Fairness, TrialRecord } from "../../src/runs/trial-record.ts";
import type { TrialPlan } from "../../src/study/plan-trials.ts";
import { DivergenceError } from "../../src/training/divergence.ts";
import { type TrainingOutcome, trainRanker } from "../../src/training/train-ranker.ts";
import { beginning, type ResumePoint } from "../../src/training/training-state.ts";
import { checkRecency } from "../dataset/row-order.ts";
import { evaluateSplit, type SplitEvaluation } from "../measures/evaluate-split.ts";
import { withRankerOn, withTrainedScorer } from "../measures/held-out-scorers.ts";
import type { StageContext } from "../stage.ts";
import { batchSourceOf, planOf, sessionOptionsOf, validatedUsers } from "../training/configured-training.ts";
import { rankerInTraining } from "../training/ranker-in-training.ts";
import { checkFeatures, type TrainingDataset } from "../training/training-dataset.ts";
import { rankTest } from "./rank-test.ts";

/** A dataset as a worker keeps it from trial to trial. */
export interface TrialData {
  readonly dataset: TrainingDataset;
  /** Of its train split. */
  readonly seen: ItemsByUser;
}

/** Where a trial that was cut short goes on, and what it had come to. */
export interface TrialStart {
  readonly point: ResumePoint;
  readonly record: Pick<TrialRecord, "epochs" | "seconds">;
}

export interface TrialOptions {
  readonly trial: TrialPlan;
  /** Null begins from initial values; the result is the same. */
  readonly from: TrialStart | null;
  readonly data: TrialData;
  readonly engine: Engine;
  /** Names the engine in the record; the number of threads is no part of it. */
  readonly engineName: string;
  readonly context: Pick<StageContext, "now" | "elapsed" | "signal" | "environment">;
  /** Called at the end of each epoch. */
  epochDone?(): void;
}

export interface TrialResult {
  /** Without `perUser`, which is known once that file is written. */
  readonly record: Omit<TrialRecord, "perUser">;
  /** On test; null for tuning trials and where training diverged. */
  readonly test: SplitEvaluation | null;
  /** After its last epoch, for more of them; null where training diverged. */
  readonly point: ResumePoint | null;
}

/** What decides a trial's result, before it is run. */
export function trialIdentity(trial: TrialPlan, datasetHash: string, engineName: string): string {
  const { config, epochs, phase, alsoInCatalogue } = trial;
  const rung = epochs < config.epochs ? { epochs } : {};
  const also = alsoInCatalogue ? { alsoInCatalogue } : {};
  return hashOf({ config: identityOf(config), dataset: datasetHash, engine: engineName, phase, ...rung, ...also });
}

/** An engine as records of trials name it: the number of threads decides nothing. */
export function trialEngineName({ description }: Pick<Engine, "description">): string {
  return description.replace(/ \d+ threads?,/, "");
}

/** Null when interrupted: nothing of the trial is kept then. */
export async function runTrial(options: TrialOptions): Promise<TrialResult | null> {
  const { trial, from, data, engineName, context } = options;
  const { config } = trial;
  const { description, train } = data.dataset;
  const started = context.elapsed();
  checkRecency(config.recencyPower, description);
  checkFeatures(config, data.dataset);
  const source = batchSourceOf(config, data.dataset, { interactions: train, seen: data.seen });
  const epochs: TrialRecord["epochs"] = [...(from?.record.epochs ?? [])];
  const base = {
    id: trial.id,
    identity: trialIdentity(trial, description.contentHash, engineName),
    subject: trial.subject,
    dataset: config.dataset,
    model: config.model,
    arm: trial.arm,
    batchSize: trial.batchSize,
    phase: trial.phase,
    index: trial.index,
    seed: config.seed,
    point: { ...trial.point },
    config: { ...config },
    fairness: fairnessOf(data, source),
    engine: engineName,
    packageVersion: context.environment.packageVersion,
    gitCommit: context.environment.gitCommit,
    startedAt: new Date(context.now()).toISOString(),
  };
  const measured = () => {
    const trainingSeconds = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      epochs,
      epochsTrained: epochs.length,
      seconds: (from?.record.seconds ?? 0) + (context.elapsed() - started) / 1000,
      trainingSeconds,
      samplesPerSecond: trainingSeconds === 0 ? 0 : (epochs.length * samplesPerEpoch(source)) / trainingSeconds,
    };
  };
  try {
    const { outcome, point } = await trainTrial(options, source, epochs);
    if (outcome.kind === "interrupted") return null;
    const test = trial.phase === "final" ? await evaluateTest(options, outcome) : null;
    return {
      record: {
        ...base,
        outcome: "finished",
        reason: null,
        epoch: outcome.epoch,
        validation: outcome.validation === null ? null : { ...outcome.validation },
        test:
          test === null
            ? null
            : { protocol: test.protocol, users: test.users, tieRate: test.tieRate, metrics: { ...test.metrics } },
        ...measured(),
      },
      test,
      point,
    };
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    return {
      record: {
        ...base,
        outcome: "diverged",
        reason: error.message,
        epoch: null,
        validation: null,
        test: null,
        ...measured(),
      },
      test: null,
      point: null,
    };
  }
}

type Finished = Extract<TrainingOutcome, { readonly kind: "finished" }>;

async function trainTrial(
  { trial, from, data, engine, context, epochDone }: TrialOptions,
  source: BatchSource,
  epochs: TrialRecord["epochs"],
): Promise<{ readonly outcome: TrainingOutcome; readonly point: ResumePoint | null }> {
  const { config } = trial;
  let point = from?.point ?? null;
  const session = await engine.open(sessionOptionsOf(config, data.dataset, { source, start: point?.snapshot ?? null }));
  try {
    const outcome = await trainRanker({
      session,
      plan: planOf({ config, source, pass: "train", epochs: trial.epochs, selects: true }),
      state: point ?? beginning,
      signal: context.signal,
      hooks: {
        elapsed: context.elapsed,
        validate: async (scorer, parameters) => {
          const { dataset } = data;
          const { candidates, k: ks } = config;
          const usersSample = validatedUsers(config);
          const ranker = () => rankerInTraining({ directory: trial.id, config, dataset, parameters });
          const question = { dataset, split: "validation" as const, signal: context.signal };
          return withTrainedScorer(scorer, { engine, ranker }, question, async (measured) => {
            const asked = { scorer: measured, dataset, split: question.split, candidates, ks, usersSample };
            return (await evaluateSplit(asked)).metrics;
          });
        },
        diagnose: null,
        epochDone: async ({ epoch, loss, validation, seconds, phase }) => {
          epochs.push({ epoch, loss, validation: { ...validation }, seconds, phase });
          epochDone?.();
        },
        checkpoint: async (reached) => {
          point = reached;
        },
        progress: () => {},
      },
    });
    return { outcome, point };
  } finally {
    session.close();
  }
}

async function evaluateTest(
  { trial, data, engine, context }: TrialOptions,
  { parameters }: Finished,
): Promise<SplitEvaluation> {
  const { config } = trial;
  const { dataset } = data;
  const ranker = rankerInTraining({ directory: trial.id, config, dataset, parameters });
  const asked = { dataset, split: "test" as const, signal: context.signal };
  return withRankerOn(engine, ranker, asked, (scorer) => rankTest(scorer, dataset, trial));
}

const HASHED_SAMPLES = 4096;

/**
 * The first samples of the first epoch are hashed: they depend on the seed, and on neither batch size nor optimizer.
 */
function fairnessOf({ dataset }: TrialData, source: BatchSource): Fairness {
  const { contentHash, files } = dataset.description;
  const few = { ...source, batchSize: Math.min(HASHED_SAMPLES, samplesPerEpoch(source)) };
  const batch = drawBatch(few, epochDraws(few, 0), 0);
  const columns =
    batch.kind === "pointwise"
      ? [batch.users, batch.items, batch.labels]
      : [batch.users, batch.positives, batch.negatives];
  const digest = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of columns)
    digest.update(new Uint8Array(buffer, byteOffset, byteLength));
  return {
    dataset: contentHash,
    candidates: {
      validation: files["candidates-validation.arrow"].sha256,
      test: files["candidates-test.arrow"].sha256,
    },
    negatives: digest.digest("hex"),
  };
}

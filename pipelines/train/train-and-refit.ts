/**
 * The passes of a run: training with validation, then, if asked for, training anew on train and validation together, or
 * on the whole log.
 */
import { z } from "zod";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { parseJson } from "../../src/config/json-text.ts";
import { cutsWith, isHeadlineMetric, metricCut } from "../../src/config/metric-names.ts";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { BatchSource } from "../../src/dataset/training-batches.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { foldSides } from "../../src/ranker/side.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import { runFiles } from "../../src/runs/run-directory.ts";
import type { ResumeFile } from "../../src/training/resume-checkpoint.ts";
import { holdsOutItems } from "../dataset/held-out-items.ts";
import { rowsOfRefit } from "../dataset/held-out-users.ts";
import { seenItems } from "../dataset/seen-items.ts";
import { casesOf, evaluateSplit } from "../measures/evaluate-split.ts";
import { withTrainedScorer } from "../measures/held-out-scorers.ts";
import type { ChosenParameters, RunRecorder } from "../runs/run-recorder.ts";
import type { StageContext } from "../stage.ts";
import { batchSourceOf, planOf, validatedUsers } from "../training/configured-training.ts";
import { rankerInTraining } from "../training/ranker-in-training.ts";
import { sidesOf, type TrainingDataset } from "../training/training-dataset.ts";
import { runPass } from "./run-pass.ts";
import type { WarmStart } from "./start/warm-start.ts";

export interface TrainingJob {
  readonly config: TrainConfig;
  readonly spec: RankerSpec;
  readonly engine: Engine;
  /** Of the train split. */
  readonly source: BatchSource;
  /** Null begins with initial values. */
  readonly start: WarmStart | null;
  readonly dataset: TrainingDataset;
  readonly recorder: RunRecorder;
  readonly context: StageContext;
}

export type PassesOutcome =
  | { readonly kind: "interrupted"; readonly epoch: number; readonly step: number }
  | {
      readonly kind: "trained";
      /** The ranker that is shipped. */
      readonly chosen: ChosenParameters;
      /** The one that test is reported of: the same but under --refit all. */
      readonly tested: TestedParameters;
      /** What validation said of the chosen epoch; null where nothing was validated. */
      readonly validation: Readonly<Record<string, number>> | null;
      readonly outcome: NonNullable<Manifest["outcome"]>;
      /** Of a refitted run. */
      readonly rankers?: NonNullable<Manifest["rankers"]>;
    };

/** Folded: of users and items. */
export type TestedParameters = Pick<ChosenParameters, "spec" | "parameters" | "epoch">;

/** Reports test of a ranker that has not seen it, before another is trained that will. */
export type ReportBefore = (
  tested: TestedParameters,
  validation: Readonly<Record<string, number>> | null,
) => Promise<unknown>;

/** What the refit needs to know of the pass before it; travels in the refit's resume files. */
const choiceSchema = z.object({
  epoch: z.int().min(1),
  validation: z.record(z.string(), z.number()).nullable(),
  epochsTrained: z.int().min(1),
  stoppedEarly: z.boolean(),
});
type Choice = z.output<typeof choiceSchema>;

export async function trainAndRefit(
  job: TrainingJob,
  resume: ResumeFile | null,
  reportBefore: ReportBefore,
): Promise<PassesOutcome> {
  const { config, spec, dataset, recorder } = job;
  const validates = hasValidation(dataset);
  if (config.refit !== false && holdsOutItems(dataset.description)) {
    throw new ConfigError(
      `--refit: dataset ${config.dataset} holds items out of training, to measure how new ones fare; leave it out here, and refit on a dataset of another --split`,
    );
  }
  if (resume?.labels.pass === "refit") return refit(job, parseChoice(resume), { resume, reportBefore });

  const outcome = await runPass({
    ...job,
    plan: planOf({ config, source: job.source, pass: "train", epochs: config.epochs, selects: validates }),
    validate: validates ? (scorer, parameters) => validated(job, scorer, parameters) : null,
    from: resume?.point ?? null,
    start: resume === null ? ((await job.start?.begin("train", job.source)) ?? null) : null,
    labels: {},
  });
  if (outcome.kind === "interrupted") return outcome;
  const { epoch, parameters, optimizer, validation, epochsTrained, stoppedEarly } = outcome;
  const choice: Choice = {
    epoch,
    validation: validation === null ? null : { ...validation },
    epochsTrained,
    stoppedEarly,
  };
  const chosen = { spec, sides: sidesOf(config, dataset), parameters, optimizer, epoch, pass: "train" as const };
  if (config.refit !== false) {
    await recorder.saveSelected(chosen);
    return refit(job, choice, { resume: null, reportBefore });
  }
  return {
    kind: "trained",
    chosen,
    tested: testedOf(chosen),
    validation,
    outcome: { epoch, epochsTrained, stoppedEarly, refit: false },
  };
}

/** Throws ConfigError for a schedule, a metric or a refit that cannot be. */
export async function checkMeasures(job: Omit<TrainingJob, "spec" | "engine" | "recorder" | "start">): Promise<void> {
  const { config, source, dataset, context } = job;
  const validates = hasValidation(dataset);
  planOf({ config, source, pass: "train", epochs: config.epochs, selects: validates });
  if (validates) {
    await validationMetrics(job, popularityScorer(dataset.train)); // whatever is measured, at the cuts asked for
    const { sample } = casesOf(dataset, "validation", validatedUsers(config));
    if (sample !== null) context.log(`validation on ${sample.users} of ${sample.of} users (seed ${sample.seed})`);
    return;
  }
  if (config.refit !== false) {
    throw new ConfigError(
      `--refit: dataset ${config.dataset} has no validation items, so nothing could choose the epochs`,
    );
  }
  context.log(`warning: dataset ${config.dataset} has no validation items; the last epoch is kept`);
}

function hasValidation(dataset: TrainingDataset): boolean {
  return dataset.candidatesValidation.users.length > 0;
}

interface RefitOptions {
  readonly resume: ResumeFile | null;
  readonly reportBefore: ReportBefore;
}

/** From where the first pass began, for as many epochs as validation chose, on the schedule of the whole run. */
async function refit(job: TrainingJob, choice: Choice, { resume, reportBefore }: RefitOptions): Promise<PassesOutcome> {
  const { config, spec, dataset, recorder, context } = job;
  const { epoch, validation, epochsTrained, stoppedEarly } = choice;
  const isAll = config.refit === "all";
  const selected = { ...(await recorder.readSelected()), epoch };
  if (isAll) await reportBefore(selected, validation);
  if (resume === null) {
    const splits = isAll ? "train, validation and test" : "train and validation";
    context.log(`refit: ${splits} together, ${epoch} epochs as validation chose`);
    if (isAll) context.log("refit: no figure is of this ranker; those of test are of the one before it");
  }
  const seen = seenItems(dataset, isAll ? ["train", "validation", "test"] : ["train", "validation"]);
  const source = batchSourceOf(config, dataset, { interactions: rowsOfRefit(dataset, isAll), seen });
  const outcome = await runPass({
    ...job,
    source,
    plan: planOf({ config, source, pass: "refit", epochs: epoch, selects: false }),
    validate: null,
    from: resume?.point ?? null,
    start: resume === null ? ((await job.start?.begin("refit", source)) ?? null) : null,
    labels: { choice: JSON.stringify(choice) },
  });
  if (outcome.kind === "interrupted") return outcome;
  const { parameters, optimizer } = outcome;
  const chosen = { spec, sides: sidesOf(config, dataset), parameters, optimizer, epoch, pass: "refit" as const };
  return {
    kind: "trained",
    chosen,
    tested: isAll ? selected : testedOf(chosen),
    validation,
    outcome: { epoch, epochsTrained, stoppedEarly, refit: config.refit },
    rankers: rankersOf(epoch, isAll),
  };
}

function testedOf({ spec, sides, parameters, epoch }: ChosenParameters): TestedParameters {
  return { ...foldSides(spec, parameters, sides), epoch };
}

function rankersOf(epoch: number, isAll: boolean): NonNullable<Manifest["rankers"]> {
  const selected = { file: runFiles.selected, trainedOn: ["train" as const], epoch };
  const trainedOn = ["train" as const, "validation" as const, ...(isAll ? ["test" as const] : [])];
  const shipped = { file: runFiles.checkpoint, trainedOn, epoch };
  return { selected, tested: isAll ? selected : shipped, shipped };
}

function parseChoice({ labels }: ResumeFile): Choice {
  const [where, what] = ["the refit's resume file", "one that says what validation chose"];
  return parseJson(labels.choice ?? "", choiceSchema, { where, what, remedy: "train anew with --force" });
}

async function validated(
  job: TrainingJob,
  scorer: Scorer,
  parameters: Parameters,
): Promise<Readonly<Record<string, number>>> {
  const { config, engine, dataset, recorder, context } = job;
  const ranker = () => rankerInTraining({ directory: recorder.directory, config, dataset, parameters });
  const question = { dataset, split: "validation" as const, signal: context.signal };
  return withTrainedScorer(scorer, { engine, ranker }, question, (measured) => validationMetrics(job, measured));
}

/** The headline metrics (HR and NDCG) at every cut asked for, and the metric that chooses. */
async function validationMetrics(
  { config, dataset }: Pick<TrainingJob, "config" | "dataset">,
  scorer: Scorer,
): Promise<Readonly<Record<string, number>>> {
  const { metric } = config.validation;
  const cut = metricCut(metric);
  const ks = cutsWith(config.k, metric);
  const split = { scorer, dataset, split: "validation", candidates: config.candidates, ks } as const;
  const { metrics } = await evaluateSplit({ ...split, usersSample: validatedUsers(config) }).catch((error: unknown) => {
    const isOfCuts = error instanceof ConfigError && error.message.startsWith("k is ");
    if (!isOfCuts || cut === null || config.k.includes(cut)) throw error;
    // The cut that --k does not have is the metric's.
    throw new ConfigError(`--validation-metric ${metric}: ${error.message}`);
  });
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => name === metric || isHeadlineMetric(name)));
}

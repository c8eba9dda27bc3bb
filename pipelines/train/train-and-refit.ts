/**
 * The passes of a run: training with validation, then, if asked for, training anew on train and validation together.
 */
import { z } from "zod";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { parseJson } from "../../src/config/json-text.ts";
import { cutsWith, isHeadlineMetric, metricCut } from "../../src/config/metric-names.ts";
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import { joinInteractions } from "../../src/dataset/interaction-dataset.ts";
import type { BatchSource } from "../../src/dataset/training-batches.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { ConfigError } from "../../src/errors.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import type { ResumeFile } from "../../src/training/resume-checkpoint.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { evaluateSplit } from "../measures/evaluate-split.ts";
import type { ChosenParameters, RunRecorder } from "../runs/run-recorder.ts";
import type { StageContext } from "../stage.ts";
import { batchSourceOf, planOf } from "../training/configured-training.ts";
import { runPass } from "./run-pass.ts";

export interface TrainingJob {
  readonly config: TrainConfig;
  readonly spec: RankerSpec;
  readonly engine: Engine;
  /** Of the train split. */
  readonly source: BatchSource;
  readonly dataset: LoadedDataset;
  readonly recorder: RunRecorder;
  readonly context: StageContext;
}

export type PassesOutcome =
  | { readonly kind: "interrupted"; readonly epoch: number; readonly step: number }
  | {
      readonly kind: "trained";
      readonly chosen: ChosenParameters;
      /** What validation said of the chosen epoch; null where nothing was validated. */
      readonly validation: Readonly<Record<string, number>> | null;
      readonly outcome: NonNullable<Manifest["outcome"]>;
    };

/** What the refit needs to know of the pass before it; travels in the refit's resume files. */
const choiceSchema = z.object({
  epoch: z.int().min(1),
  validation: z.record(z.string(), z.number()).nullable(),
  epochsTrained: z.int().min(1),
  stoppedEarly: z.boolean(),
});
type Choice = z.output<typeof choiceSchema>;

export async function trainAndRefit(job: TrainingJob, resume: ResumeFile | null): Promise<PassesOutcome> {
  const { config, spec, dataset } = job;
  const validates = hasValidation(dataset);
  if (resume?.labels.pass === "refit") return refit(job, parseChoice(resume), resume);

  const outcome = await runPass({
    ...job,
    plan: planOf({ config, source: job.source, pass: "train", epochs: config.epochs, selects: validates }),
    validate: validates ? (scorer) => validationMetrics(job, scorer) : null,
    from: resume?.point ?? null,
    labels: {},
  });
  if (outcome.kind === "interrupted") return outcome;
  const { epoch, parameters, validation, epochsTrained, stoppedEarly } = outcome;
  const choice: Choice = {
    epoch,
    validation: validation === null ? null : { ...validation },
    epochsTrained,
    stoppedEarly,
  };
  if (config.refit) return refit(job, choice, null);
  const chosen = { spec, parameters, epoch, pass: "train" as const };
  return { kind: "trained", chosen, validation, outcome: { epoch, epochsTrained, stoppedEarly, refit: false } };
}

/** Throws ConfigError for a schedule, a metric or a refit that cannot be. */
export async function checkMeasures(job: Omit<TrainingJob, "spec" | "engine" | "recorder">): Promise<void> {
  const { config, source, dataset, context } = job;
  const validates = hasValidation(dataset);
  planOf({ config, source, pass: "train", epochs: config.epochs, selects: validates });
  if (validates) {
    await validationMetrics(job, popularityScorer(dataset.train)); // whatever is measured, at the cuts asked for
    return;
  }
  if (config.refit) {
    throw new ConfigError(
      `--refit: dataset ${config.dataset} has no validation items, so nothing could choose the epochs`,
    );
  }
  context.log(`warning: dataset ${config.dataset} has no validation items; the last epoch is kept`);
}

function hasValidation(dataset: LoadedDataset): boolean {
  return dataset.candidatesValidation.users.length > 0;
}

/** From new initial values, for as many epochs as validation chose, on the schedule of the whole run. */
async function refit(job: TrainingJob, choice: Choice, resume: ResumeFile | null): Promise<PassesOutcome> {
  const { config, spec, dataset, context } = job;
  const { epoch, validation, epochsTrained, stoppedEarly } = choice;
  if (resume === null) context.log(`refit: train and validation together, ${epoch} epochs as validation chose`);
  const source = batchSourceOf(config, joinInteractions(dataset.train, dataset.validation));
  const outcome = await runPass({
    ...job,
    source,
    plan: planOf({ config, source, pass: "refit", epochs: epoch, selects: false }),
    validate: null,
    from: resume?.point ?? null,
    labels: { choice: JSON.stringify(choice) },
  });
  if (outcome.kind === "interrupted") return outcome;
  const chosen = { spec, parameters: outcome.parameters, epoch, pass: "refit" as const };
  return { kind: "trained", chosen, validation, outcome: { epoch, epochsTrained, stoppedEarly, refit: true } };
}

function parseChoice({ labels }: ResumeFile): Choice {
  const [where, what] = ["the refit's resume file", "one that says what validation chose"];
  return parseJson(labels.choice ?? "", choiceSchema, { where, what, remedy: "train anew with --force" });
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
  const { metrics } = await evaluateSplit(split).catch((error: unknown) => {
    const isOfCuts = error instanceof ConfigError && error.message.startsWith("k is ");
    if (!isOfCuts || cut === null || config.k.includes(cut)) throw error;
    // The cut that --k does not have is the metric's.
    throw new ConfigError(`--validation-metric ${metric}: ${error.message}`);
  });
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => name === metric || isHeadlineMetric(name)));
}

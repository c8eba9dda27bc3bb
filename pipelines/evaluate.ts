/** The stage `evaluate`: a trained run or a baseline answers a dataset's held-out questions; the answers go to metrics.json. */
import path from "node:path";
import { popularityScorer } from "../src/baselines/popularity.ts";
import { randomScorer } from "../src/baselines/random.ts";
import { type EvaluateConfig, evaluateSchema } from "../src/config/evaluate-schema.ts";
import { openEngine } from "../src/engine/open-engine.ts";
import { ConfigError, DataError } from "../src/errors.ts";
import type { Scorer } from "../src/ranker/scorer.ts";
import { perUserFileName } from "../src/runs/run-directory.ts";
import { datasetNameOf } from "./dataset-file.ts";
import { type LoadedDataset, loadDataset } from "./dataset-files.ts";
import { evaluateSplit, type MetricsDocument, metricsDocument, type SplitEvaluation } from "./evaluate-split.ts";
import { findRun } from "./find-run.ts";
import { cannotWrite, makeFolder } from "./make-folder.ts";
import { readMetrics, writeMetrics } from "./metrics-file.ts";
import { writePerUserResults } from "./per-user-file.ts";
import { type LoadedRun, loadRun } from "./run-files.ts";
import type { Stage, StageContext, StageResult } from "./stage.ts";
import { withScorer } from "./with-scorer.ts";

export const evaluateStage: Stage<typeof evaluateSchema> = {
  name: "evaluate",
  summary: "rank the held-out items with a trained run or a baseline and report HR@k and NDCG@k",
  schema: evaluateSchema,
  async run(given, context) {
    const config = { ...given, dataset: given.dataset === null ? null : await datasetNameOf(given.dataset) };
    return config.baseline === null ? evaluateRun(config, context) : evaluateBaseline(config, config.baseline);
  },
};

type Baseline = NonNullable<EvaluateConfig["baseline"]>;

async function evaluateBaseline(config: EvaluateConfig, baseline: Baseline): Promise<StageResult> {
  // The schema has asked for the dataset of a baseline.
  const dataset = await loadDataset(path.join(config.dataRoot, config.dataset!));
  const scorer = baselineScorer(baseline, dataset, config.seed);
  const evaluation = await evaluate(config, dataset, scorer);
  const document = metricsDocument({ evaluation });
  if (config.output !== null) await writeEvaluation(config.output, evaluation, document);
  return resultOf({ subject: { baseline }, dataset, document, directory: config.output });
}

function baselineScorer(baseline: Baseline, { train, description }: LoadedDataset, seed: number | null): Scorer {
  switch (baseline) {
    case "random":
      return randomScorer({ users: train.users, items: train.items, seed: seed ?? description.seed });
    case "popularity":
      return popularityScorer(train);
    default:
      throw new ConfigError(`baseline ${String(baseline satisfies never)} is unknown`);
  }
}

async function evaluateRun(config: EvaluateConfig, context: StageContext): Promise<StageResult> {
  const { run: named, modelsRoot, dataset: datasetName } = config;
  const run = await loadRun(await findRun({ run: named, modelsRoot, dataset: datasetName }));
  const dataset = await loadDataset(path.join(config.dataRoot, datasetName ?? run.datasetName));
  refuseOtherData(run, dataset);
  const { threads } = config;
  const engine = await openEngine(config.engine, {
    onPassedOver: context.log,
    ...(threads === null ? {} : { threads }),
  });
  context.log(engine.description);
  const evaluation = await withScorer(engine, run, (scorer) => evaluate(config, dataset, scorer));
  const trained = await readMetrics(run.directory);
  const document = metricsDocument({
    evaluation,
    ...(run.manifest.outcome === null ? {} : { epoch: run.manifest.outcome.epoch }),
    ...(trained?.validation === undefined ? {} : { validation: trained.validation }),
  });
  // What training wrote is the run's record and stays as it is.
  const directory = config.output ?? path.join(run.directory, "evaluations", `${config.split}-${config.candidates}`);
  await writeEvaluation(directory, evaluation, document);
  return resultOf({ subject: { run: run.directory }, dataset, document, directory });
}

function refuseOtherData(run: LoadedRun, { directory, description }: LoadedDataset): void {
  if (run.datasetHash === description.contentHash) return;
  throw new DataError(
    `${run.directory}: trained on dataset ${run.datasetName} of content ${run.datasetHash.slice(0, 12)}, but ${directory} holds ${description.contentHash.slice(0, 12)}; ingest the same logs with the same settings, or train anew`,
  );
}

function evaluate(config: EvaluateConfig, dataset: LoadedDataset, scorer: Scorer): Promise<SplitEvaluation> {
  return evaluateSplit({ scorer, dataset, split: config.split, candidates: config.candidates, ks: config.k });
}

async function writeEvaluation(
  directory: string,
  evaluation: SplitEvaluation,
  document: MetricsDocument,
): Promise<void> {
  await makeFolder(directory, "choose another folder with --output");
  try {
    await writePerUserResults(directory, evaluation);
  } catch (error) {
    throw cannotWrite(directory, "free some space, or choose another folder with --output", error);
  }
  await writeMetrics(directory, document);
}

function resultOf(options: {
  readonly subject: { readonly baseline: string } | { readonly run: string };
  readonly dataset: LoadedDataset;
  readonly document: MetricsDocument;
  /** Where it was written; null when nothing was. */
  readonly directory: string | null;
}): StageResult {
  const { subject, dataset, document, directory } = options;
  const { name, contentHash } = dataset.description;
  const subjectName = "baseline" in subject ? subject.baseline : subject.run;
  const lines = [
    `${subjectName} on ${name}, ${document.split}: ${document.protocol}`,
    `users ${document.users}, tied positives ${(100 * document.tieRate).toFixed(2)} %`,
    ...Object.entries(document.metrics).map(([metric, value]) => `  ${metric.padEnd(14)} ${value.toFixed(4)}`),
  ];
  if (directory !== null)
    lines.push(`written: ${path.join(directory, "metrics.json")}, ${perUserFileName(document.split)}`);
  return {
    json: {
      stage: "evaluate",
      ...subject,
      dataset: { name, contentHash },
      ...document,
      ...(directory === null ? {} : { directory }),
    },
    text: lines.join("\n"),
  };
}

/** Everything the report of a run shows, read from the run and its dataset, and scored anew where no file has it. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { isRecord } from "../../src/config/is-record.ts";
import type { ReportConfig } from "../../src/config/schemas/report-schema.ts";
import { DataError } from "../../src/errors.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import type { DataContent, EpochContent, RunContent, UserContent } from "../../src/report/run-content.ts";
import { parseDiagnostics } from "../../src/runs/diagnostics-record.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { runFiles } from "../../src/runs/run-directory.ts";
import { parseTrainingLog } from "../../src/runs/training-log.ts";
import { openConfiguredEngine } from "../configured-engine.ts";
import { isOrdered } from "../dataset/row-order.ts";
import { type LoadedDataset, loadDataset } from "../dataset/stored-dataset.ts";
import { evaluateSplit } from "../measures/evaluate-split.ts";
import { withRankerOn } from "../measures/held-out-scorers.ts";
import { type BeyondParts, besidesOf, measureBeyond } from "../measures/measure-beyond.ts";
import { readBaselinesRecord } from "../runs/baselines-file.ts";
import { readGateRecord } from "../runs/gate-file.ts";
import { readMetrics } from "../runs/metrics-file.ts";
import { type LoadedRun, loadTestedRun, testedText, trainedMixture, verifyRun } from "../runs/stored-run.ts";
import type { StageContext } from "../stage.ts";
import { outcomesOf } from "./estimate-outcomes.ts";
import type { EvaluationRequest } from "./evaluation-request.ts";
import { exampleUsers } from "./example-users.ts";
import { missingBaselines, withFitted } from "./fitted-baselines.ts";
import {
  baselinesAtHand,
  type CatalogueResults,
  measureCatalogue,
  type RankerResults,
  readBaselines,
  readRankerResults,
} from "./ranker-results.ts";
import { refitBaselines } from "./refit-baselines.ts";

/** Throws DataError for a run that is unfinished or damaged; a dataset that is not at hand is said in `absent`. */
export async function readRunContent(
  directory: string,
  config: ReportConfig,
  context: StageContext,
): Promise<RunContent> {
  const run = await loadTestedRun(directory);
  await verifyRun(directory, run.manifest);
  const metrics = await metricsOf(directory);
  const ofWhich = testedText(run);
  const absent: string[] = ofWhich === null ? [] : [`Figures of the shipped ranker: ${ofWhich}.`];
  const dataset = await datasetOf(run, config, absent);
  const questions: EvaluationRequest | null =
    dataset === null ? null : { dataset, split: metrics.split, ...cutsOf(run.config), log: context.log };
  const scored = questions === null ? null : await scoreRun(run, questions, config, context);
  const beyond: BeyondParts = scored?.beyond ?? metrics;
  const subject = await readRankerResults(directory, "this run");
  const fitted = await readBaselinesRecord(directory);
  const isRefit = run.manifest.outcome?.refit === true;
  const given = await readBaselines(config.baselines, subject);
  const known = given.map(({ name }) => name);
  const measured: RankerResults[] = [
    ...(questions === null ? [] : await baselinesAtHand(questions, { seed: config.seed, isRefit })),
    ...given,
    ...(questions === null || fitted === null
      ? []
      : await refitBaselines(fitted, questions, { known, config, absent, context })),
  ];
  const document = { ...metrics, ...beyond };
  const outcomes = outcomesOf({ ...subject, document, catalogue: scored?.catalogue ?? null }, measured, config);
  const rankers = withFitted(outcomes, fitted);
  const epochs = await epochsOf(directory);
  return {
    manifest: run.manifest,
    config: run.config,
    data: dataset === null ? null : dataContent(dataset),
    protocol: metrics.protocol,
    split: metrics.split,
    users: metrics.users,
    tieRate: metrics.tieRate,
    metricNames: Object.keys(metrics.metrics),
    rankers,
    missingBaselines: missingBaselines(rankers, fitted, run),
    gate: await readGateRecord(directory),
    advice: fitted?.verdict?.advice ?? null,
    interval: { level: config.level, resamples: config.resamples, seed: config.seed },
    epochs,
    validationMetric: validationMetricOf(run, epochs),
    calibration: beyond.calibration ?? null,
    people: scored?.people ?? [],
    peopleChoice: `Drawn from the tested users, one from each of ${scored?.people.length ?? 0} groups of like activity, the least active first (seed ${config.seed}).`,
    absent,
    reportVersion: context.environment.packageVersion,
  };
}

async function metricsOf(directory: string): Promise<MetricsDocument> {
  const metrics = await readMetrics(directory);
  if (metrics !== null) return metrics;
  throw new DataError(`${path.join(directory, runFiles.metrics)} is missing; put it back or train anew with --force`);
}

/** Null, with the reason in `absent`, where the data of the run is not at hand. */
async function datasetOf(run: LoadedRun, config: ReportConfig, absent: string[]): Promise<LoadedDataset | null> {
  const folder = path.join(config.dataRoot, config.dataset ?? run.datasetName);
  const what = "The data, its baselines, deciles, calibration and recommendations";
  try {
    const dataset = await loadDataset(folder);
    if (dataset.description.contentHash === run.datasetHash) return dataset;
    absent.push(
      `${what}: ${folder} holds content ${dataset.description.contentHash.slice(0, 12)}, but the run was trained on ${run.datasetHash.slice(0, 12)}; ingest the same logs with the same settings.`,
    );
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    absent.push(`${what}: ${error.message}.`);
  }
  return null;
}

async function scoreRun(
  run: LoadedRun,
  questions: EvaluationRequest,
  config: ReportConfig,
  context: StageContext,
): Promise<{
  readonly beyond: BeyondParts;
  readonly catalogue: CatalogueResults | null;
  readonly people: readonly UserContent[];
}> {
  const engine = await openConfiguredEngine(
    { ...config, tfjsBackend: null, allowSoftwareAdapter: false, halfPrecision: false, trains: [] },
    context.log,
  );
  const negativesPerPositive = trainedMixture(run, questions.dataset.train);
  const { dataset, split } = questions;
  return withRankerOn(engine, { ...run, rows: null }, { dataset, split, signal: context.signal }, async (scorer) => ({
    beyond: await beyondOf(scorer, questions, negativesPerPositive),
    catalogue: await measureCatalogue(scorer, questions),
    people: await exampleUsers(scorer, questions.dataset, {
      split: questions.split,
      count: config.people,
      listLength: 10,
      seed: config.seed,
    }),
  }));
}

/** Deciles, lists, AUC and calibration of a scorer, at the first cut. */
async function beyondOf(
  scorer: Scorer,
  questions: EvaluationRequest,
  negativesPerPositive: number | null,
): Promise<BeyondParts> {
  const k = questions.ks[0]!;
  const evaluation = await evaluateSplit({
    scorer,
    ...questions,
    usersSample: null,
    besides: besidesOf({ k, negativesPerPositive }),
  });
  return measureBeyond({ scorer, ...questions, evaluation, k, negativesPerPositive });
}

async function epochsOf(directory: string): Promise<readonly EpochContent[]> {
  const file = path.join(directory, runFiles.log);
  const records = parseTrainingLog(await readFile(file, "utf8"), file);
  return records.map((record) => ({ ...record, diagnostics: parseDiagnostics(record, file) }));
}

/**
 * What the run's settings say chose the epoch. Older runs do not say: of what their epochs were validated by, NDCG
 * first, it is then the metric whose best epoch was kept.
 */
function validationMetricOf({ config, manifest }: LoadedRun, epochs: readonly EpochContent[]): string | null {
  const { validation } = config;
  if (isRecord(validation) && typeof validation.metric === "string") return validation.metric;
  const pass = epochs.filter((epoch) => epoch.pass === "train" && epoch.validation !== null);
  const names = Object.keys(pass[0]?.validation ?? {});
  const ordered = [...names.filter((name) => name.startsWith("NDCG@")), ...names];
  const bestEpoch = (name: string): number =>
    pass.reduce((best, epoch) => (epoch.validation![name]! > best.validation![name]! ? epoch : best)).epoch;
  return ordered.find((name) => bestEpoch(name) === manifest.outcome?.epoch) ?? ordered[0] ?? null;
}

/** Of the resolved config of train, which always has them. */
function cutsOf({ candidates, k }: LoadedRun["config"]): Pick<EvaluationRequest, "candidates" | "ks"> {
  const ks = Array.isArray(k) ? k.filter((cut) => typeof cut === "number") : [];
  return { candidates: candidates === "full" ? "full" : "sampled", ks: ks.length === 0 ? [10] : ks };
}

function dataContent({ description, known }: LoadedDataset): DataContent {
  const { name, users, items, interactions, split, candidates, weights } = description;
  const sources: unknown[] = Array.isArray(description.sources) ? description.sources : [];
  const warnings: unknown[] = Array.isArray(description.warnings) ? description.warnings : [];
  return {
    name,
    users,
    items,
    isOrdered: isOrdered(description),
    interactions,
    weights: weights ?? null,
    knownPairs: known.length,
    split: typeof split.rule === "string" ? split.rule : split.kind,
    candidates,
    sources: sources.filter(isRecord).map((source) => ({
      path: path.basename(String(source.path)),
      bytes: Number(source.bytes),
      sha256: String(source.sha256),
    })),
    warnings: warnings.filter((warning) => typeof warning === "string"),
  };
}

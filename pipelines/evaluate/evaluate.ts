/**
 * The stage `evaluate`: a trained run or a baseline answers a dataset's held-out questions; the
 * answers go to metrics.json.
 */
import path from "node:path";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { type BaselineName, baselinesOf, parametersText } from "../../src/config/baseline-settings.ts";
import { type EvaluateConfig, evaluateSchema } from "../../src/config/schemas/evaluate-schema.ts";
import type { BaselineChoice, MetricsDocument } from "../../src/runs/metrics-document.ts";
import { EVALUATION_RECORD, EVALUATIONS_FOLDER, perUserFileName } from "../../src/runs/run-directory.ts";
import { openConfiguredEngine } from "../configured-engine.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { hasProfiles } from "../dataset/held-out-users.ts";
import { type LoadedDataset, loadDataset } from "../dataset/stored-dataset.ts";
import { metricsDocument, protocolOf, type SplitEvaluation } from "../measures/evaluate-split.ts";
import { type RunOnDataset, runOnDataset, withScorerOf } from "../measures/run-on-dataset.ts";
import { carriedText, leakWarning } from "../runs/dataset-of-run.ts";
import { findRun } from "../runs/find-run.ts";
import { readMetrics } from "../runs/metrics-file.ts";
import { loadTestedRun, testedText, trainedMixture } from "../runs/stored-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { type EvaluatedBaselines, evaluateBaselines } from "./evaluate-baselines.ts";
import { measure } from "./measure.ts";
import { measureBaseline } from "./measure-baseline.ts";
import { PROTOCOL_CHECK_FILE, type ProtocolCheck, protocolCheckLines } from "./protocol-check.ts";
import { refuseRecordedFolder, writeEvaluation } from "./write-evaluation.ts";

/** The content of metrics.json, of what, and where it was written. */
export type EvaluateResult = Omit<MetricsDocument, "baseline"> & {
  readonly stage: "evaluate";
  readonly dataset: { readonly name: string; readonly contentHash: string };
  /** The folder of the run; absent of a baseline. */
  readonly run?: string;
  /** Its name; absent of a run. */
  readonly baseline?: string;
  /** How the parameters of a baseline came about. */
  readonly choice?: BaselineChoice;
  /** Where it was asked for. */
  readonly protocolCheck?: ProtocolCheck;
  /** The folder of metrics.json; absent where nothing was written. */
  readonly directory?: string;
};

export const evaluateStage: Stage<typeof evaluateSchema, EvaluateResult | EvaluatedBaselines> = {
  name: "evaluate",
  schema: evaluateSchema,
  async run(given, context) {
    const config = { ...given, dataset: given.dataset === null ? null : await datasetNameOf(given.dataset) };
    if (config.output !== null) await refuseRecordedFolder(config.output);
    const [baseline, ...others] = baselinesOf(config.baseline);
    if (baseline === undefined) return evaluateRun(config, context);
    // The schema has asked for the dataset of a baseline.
    const dataset = await loadDataset(path.join(config.dataRoot, config.dataset!));
    return others.length === 0
      ? evaluateBaseline(config, baseline, { dataset, context })
      : evaluateBaselines(config, [baseline, ...others], { dataset, context });
  },
};

async function evaluateBaseline(
  config: EvaluateConfig,
  baseline: BaselineName,
  { dataset, context }: { readonly dataset: LoadedDataset; readonly context: StageContext },
): Promise<StageResult<EvaluateResult>> {
  const { output } = config;
  const memory = matrixMemory(context.freeMemoryBytes);
  const measured = await measureBaseline(baseline, config, { dataset, memory, context });
  const { document, check } = measured;
  if (output !== null) await writeEvaluation(output, { ...measured, dataset, subject: { baseline } }, context);
  return resultOf({ subject: { baseline }, dataset, document, check, directory: output });
}

async function evaluateRun(config: EvaluateConfig, context: StageContext): Promise<StageResult<EvaluateResult>> {
  const { run: named, modelsRoot, dataset: datasetName } = config;
  const run = await loadTestedRun(await findRun({ run: named, modelsRoot, dataset: datasetName }, context));
  const ofWhich = testedText(run);
  if (ofWhich !== null) context.log(ofWhich);
  const dataset = await loadDataset(path.join(config.dataRoot, datasetName ?? run.datasetName));
  const asked = await runOnDataset(run, dataset);
  if (asked.rows !== null) context.log(carriedText(run, asked.rows));
  const leak = leakWarning(run, dataset.description);
  if (leak !== null) context.log(leak);
  const engine = await openConfiguredEngine({ ...config, halfPrecision: false, trains: [] }, context.log);
  context.log(engine.description);
  // Other data, another mixture.
  const negativesPerPositive = asked.rows === null ? trainedMixture(run, asked.dataset.train) : null;
  const measured = await withScorerOf(engine, asked, { split: config.split, signal: context.signal }, (scorer) =>
    measure(config, { dataset: asked.dataset, scorer, negativesPerPositive, context }),
  );
  const { beyond, check } = measured;
  const evaluation = ofKnownUsers(measured.evaluation, asked);
  const trained = await readMetrics(run.directory);
  const document = metricsDocument({
    evaluation,
    ...(run.manifest.outcome === null ? {} : { epoch: run.manifest.outcome.epoch }),
    ...(trained?.validation === undefined ? {} : { validation: trained.validation }),
    validationSample: trained?.validationSample ?? null,
    beyond,
  });
  // What training wrote is the run's record and stays as it is.
  const protocol = protocolOf(dataset, config.candidates);
  const { usersSample } = evaluation;
  const question = `${config.split}-${protocol}${usersSample === null ? "" : `-${usersSample.users}-users`}`;
  const directory = config.output ?? path.join(run.directory, EVALUATIONS_FOLDER, question);
  await writeEvaluation(directory, { evaluation, check, document, dataset, subject: { run } }, context);
  return resultOf({ subject: { run: run.directory }, dataset, document, check, directory });
}

/** Who was left out is part of what was measured. */
function ofKnownUsers(evaluation: SplitEvaluation, { rows, dataset }: RunOnDataset): SplitEvaluation {
  const unknown = hasProfiles(dataset) ? 0 : (rows?.counts.users.new ?? 0);
  if (unknown === 0) return evaluation;
  return { ...evaluation, protocol: `${evaluation.protocol}, without ${unknown} users that the run does not know` };
}

function resultOf(options: {
  readonly subject: { readonly baseline: string } | { readonly run: string };
  readonly dataset: LoadedDataset;
  readonly document: MetricsDocument;
  readonly check: ProtocolCheck | null;
  /** Where it was written; null when nothing was. */
  readonly directory: string | null;
}): StageResult<EvaluateResult> {
  const { subject, dataset, document, check, directory } = options;
  const { name, contentHash } = dataset.description;
  const subjectName = "baseline" in subject ? subject.baseline : subject.run;
  const lines = [
    `${subjectName} on ${name}, ${document.split}: ${document.protocol}`,
    `users ${document.users}, tied positives ${(100 * document.tieRate).toFixed(2)} %`,
    ...baselineLines(document),
    ...Object.entries(document.metrics).map(([metric, value]) => `  ${metric.padEnd(14)} ${value.toFixed(4)}`),
  ];
  lines.push(...coldnessLines(document), ...beyondLines(document));
  if (check !== null) lines.push(...protocolCheckLines(check));
  if (directory !== null)
    lines.push(
      `written: ${path.join(directory, "metrics.json")}, ${perUserFileName(document.split)}${check === null ? "" : `, ${PROTOCOL_CHECK_FILE}`}, ${EVALUATION_RECORD}`,
    );
  const { baseline: choice, ...measured } = document;
  return {
    json: {
      stage: "evaluate",
      dataset: { name, contentHash },
      ...measured,
      ...subject,
      ...(choice === undefined ? {} : { choice }),
      ...(check === null ? {} : { protocolCheck: check }),
      ...(directory === null ? {} : { directory }),
    },
    text: lines.join("\n"),
  };
}

function baselineLines({ baseline, validation }: MetricsDocument): readonly string[] {
  if (baseline === undefined) return [];
  const { chosenBy, parameters, fittedOn, fitSeconds } = baseline;
  const fitted = `fitted on ${fittedOn.join(" and ")} in ${fitSeconds.toFixed(1)} s`;
  if (Object.keys(parameters).length === 0) return [fitted];
  const how =
    chosenBy === null ? "as given" : `chosen by validation ${chosenBy} (${validation?.[chosenBy]?.toFixed(4)})`;
  return [`${parametersText(parameters)}, ${how}; ${fitted}`];
}

/** Where all are seen often, the metrics above say it all. */
function coldnessLines({ coldness }: MetricsDocument): readonly string[] {
  if (coldness === undefined) return [];
  return (["users", "items"] as const).flatMap((side) => {
    const rows = coldness[side];
    if (rows.every(({ seen }) => seen === "often")) return [];
    const [HR, NDCG] = [`HR@${coldness.k}`, `NDCG@${coldness.k}`];
    return [
      `by how often training has seen the ${side === "users" ? "user" : "held-out item"} (often: 10 rows or more):`,
      ...rows.map(
        (row) =>
          `  ${row.seen.padEnd(14)} ${row.cases} cases, ${HR} ${row.HR.toFixed(4)}, ${NDCG} ${row.NDCG.toFixed(4)}`,
      ),
    ];
  });
}

function beyondLines({ auc, beyondAccuracy, calibration }: MetricsDocument): readonly string[] {
  if (auc === undefined || beyondAccuracy === undefined) return [];
  const { k, lists, catalogueCoverage, gini, novelty, meanPopularity, intraListDiversity } = beyondAccuracy;
  const line = (name: string, value: string): string => `  ${name.padEnd(14)} ${value}`;
  return [
    line("AUC", auc.toFixed(4)),
    ...(calibration === undefined ? [] : [line("ECE", calibration.ece.toFixed(4))]),
    `lists of ${k} from ${lists}:`,
    line("coverage", catalogueCoverage.toFixed(4)),
    line("Gini", gini.toFixed(4)),
    line("novelty", `${novelty.toFixed(2)} bits`),
    line("popularity", meanPopularity.toFixed(1)),
    ...(intraListDiversity === null ? [] : [line("diversity", intraListDiversity.toFixed(4))]),
  ];
}

/** The one look at the test split that ends a run: metrics.json and the per-user results. */
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { evaluateSplit, metricsDocument } from "../measures/evaluate-split.ts";
import { writePerUserResults } from "../measures/per-user-file.ts";
import { withScorer } from "../measures/with-scorer.ts";
import { writeMetrics } from "../runs/metrics-file.ts";
import type { PassesOutcome, TrainingJob } from "./train-and-refit.ts";

type Trained = Extract<PassesOutcome, { kind: "trained" }>;

export interface TestReport {
  readonly document: MetricsDocument;
  /** By metric name, a value for each user of the test candidates, in their order. */
  readonly perUser: Readonly<Record<string, Float32Array>>;
}

/** Null, said in the log, where the dataset has no test items. */
export async function reportTest(job: TrainingJob, { chosen, validation }: Trained): Promise<TestReport | null> {
  const { config, engine, dataset, recorder, context } = job;
  if (dataset.candidatesTest.users.length === 0) {
    context.log(`warning: dataset ${config.dataset} has no test items; there is no metrics.json`);
    return null;
  }
  const evaluation = await withScorer(engine, chosen, (scorer) =>
    evaluateSplit({ scorer, dataset, split: "test", candidates: config.candidates, ks: config.k }),
  );
  const document = metricsDocument({
    evaluation,
    epoch: chosen.epoch,
    ...(validation === null ? {} : { validation }),
  });
  await writePerUserResults(recorder.directory, evaluation);
  await writeMetrics(recorder.directory, document);
  return { document, perUser: evaluation.perUser.metrics };
}

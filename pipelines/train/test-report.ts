/** The one look at the test split that ends a run: metrics.json and the per-user results. */
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { casesOf, evaluateSplit, metricsDocument, protocolOf } from "../measures/evaluate-split.ts";
import { withRankerOn } from "../measures/held-out-scorers.ts";
import { writePerUserResults } from "../measures/per-user-file.ts";
import { scoresToRank, watchedScorer } from "../measures/watched-scorer.ts";
import { openWorkDisplay } from "../progress/work-progress.ts";
import { writeMetrics } from "../runs/metrics-file.ts";
import { validatedUsers } from "../training/configured-training.ts";
import type { TestedParameters, TrainingJob } from "./train-and-refit.ts";

export interface TestReport {
  readonly document: MetricsDocument;
  /** By metric name, a value for each user of the test candidates, in their order. */
  readonly perUser: Readonly<Record<string, Float32Array>>;
}

/** `validation` is what chose the epoch. Null, said in the log, where the dataset has no test items. */
export async function reportTest(
  job: TrainingJob,
  tested: TestedParameters,
  validation: Readonly<Record<string, number>> | null,
): Promise<TestReport | null> {
  const { config, engine, dataset, recorder, context } = job;
  if (dataset.candidatesTest.users.length === 0) {
    context.log(`warning: dataset ${config.dataset} has no test items; there is no metrics.json`);
    return null;
  }
  const candidates = protocolOf(dataset, config.candidates);
  const total = scoresToRank(dataset.candidatesTest, candidates, tested.spec.items);
  const display = openWorkDisplay({ what: "test", total }, context);
  const { spec, parameters } = tested;
  const ranker = { directory: recorder.directory, config, spec, parameters, rows: null };
  const question = { dataset, split: "test" as const, signal: context.signal };
  const evaluation = await withRankerOn(engine, ranker, question, (scorer) =>
    evaluateSplit({
      scorer: watchedScorer(scorer, display.add),
      dataset,
      split: "test",
      candidates,
      ks: config.k,
      usersSample: null,
    }),
  ).finally(display.close);
  const document = metricsDocument({
    evaluation,
    epoch: tested.epoch,
    ...(validation === null ? {} : { validation }),
    validationSample: casesOf(dataset, "validation", validatedUsers(config)).sample,
  });
  await writePerUserResults(recorder.directory, evaluation);
  await writeMetrics(recorder.directory, document);
  return { document, perUser: evaluation.perUser.metrics };
}

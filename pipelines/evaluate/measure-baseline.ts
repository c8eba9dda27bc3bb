/** One baseline measured as `evaluate` asks for it: its parameters chosen, fitted, and ranked. */
import type { MatrixMemory } from "../../src/baselines/matrix-memory.ts";
import type { BaselineName } from "../../src/config/baseline-settings.ts";
import type { EvaluateConfig } from "../../src/config/schemas/evaluate-schema.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { readyBaseline } from "../baselines/ready-baseline.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { casesOf, metricsDocument, protocolOf } from "../measures/evaluate-split.ts";
import { scorerOfBaseline } from "../measures/held-out-scorers.ts";
import type { StageContext } from "../stage.ts";
import { type Measured, measure } from "./measure.ts";

export interface MeasuredBaseline extends Measured {
  /** The content of metrics.json. */
  readonly document: MetricsDocument;
  /** Of fitting what was ranked, without the choice before it, and of ranking the split with it. */
  readonly fitSeconds: number;
  readonly evaluateSeconds: number;
}

/** Gives the memory of its matrix back; writes nothing. */
export async function measureBaseline(
  baseline: BaselineName,
  config: EvaluateConfig,
  job: { readonly dataset: LoadedDataset; readonly memory: MatrixMemory; readonly context: StageContext },
): Promise<MeasuredBaseline> {
  const { dataset, context } = job;
  const { refit, split, k: ks, usersSample } = config;
  const candidates = protocolOf(dataset, config.candidates);
  const ready = await readyBaseline(baseline, { settings: config, refit, ks, candidates, usersSample, ...job });
  const { choice, validation, fitSeconds } = ready;
  const started = context.elapsed();
  const scorer = await scorerOfBaseline(ready, ready.kernels, { dataset, split });
  const measured = await measure(config, { dataset, scorer, negativesPerPositive: null, context });
  const evaluateSeconds = (context.elapsed() - started) / 1000;
  ready.release?.();
  const document = metricsDocument({
    evaluation: measured.evaluation,
    beyond: measured.beyond,
    ...(choice === undefined ? {} : { baseline: choice }),
    ...(validation === undefined ? {} : { validation }),
    validationSample: validation === undefined ? null : casesOf(dataset, "validation", usersSample).sample,
  });
  return { ...measured, document, fitSeconds, evaluateSeconds };
}

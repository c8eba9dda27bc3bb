/** A baseline beside a study's arms: its mean over users, with the interval that resamples them. */
import type { Study } from "../config/schemas/study-schema.ts";
import type { BaselineSummary } from "../runs/study-summary.ts";
import { bootstrapIntervals } from "../statistics/bootstrap.ts";
import type { BaselineEvidence } from "./study-evidence.ts";
import { LEVEL } from "./study-verdicts.ts";

/** In the study's metrics. */
export function summarizeBaseline(
  { name, parameters, validation, values }: BaselineEvidence,
  { metrics, resamples, search }: Pick<Study, "metrics" | "resamples" | "search">,
): BaselineSummary {
  const series = metrics.map((metric) => values[metric]!);
  const intervals = bootstrapIntervals(
    series.map((users) => [users]),
    { level: 1 - LEVEL, resamples, seed: search.seed },
  );
  const spread = (index: number) => {
    const { low, high } = intervals[index]!;
    return { mean: series[index]!.reduce((sum, value) => sum + value, 0) / series[index]!.length, low, high };
  };
  return {
    name,
    parameters: { ...parameters },
    validation: validation === null ? null : { ...validation },
    test: Object.fromEntries(metrics.map((metric, index) => [metric, spread(index)])),
  };
}

/**
 * Intervals of what a report shows first: each ranker's mean over users, and the run's lead over it, paired by user.
 */
import type { ReportConfig } from "../../src/config/schemas/report-schema.ts";
import type {
  DecileContent,
  DecilesContent,
  Difference,
  Estimate,
  RankerOutcome,
} from "../../src/report/run-content.ts";
import { headlineMetrics } from "../../src/report/words/headline-metrics.ts";
import type { Deciles } from "../../src/runs/metrics-document.ts";
import { bootstrapIntervals } from "../../src/statistics/bootstrap.ts";
import { wilsonInterval } from "../../src/statistics/proportion-interval.ts";
import type { RankerResults } from "./ranker-results.ts";

/** The subject first. Every interval stands on the same resamples of users, so they can be compared. */
export function outcomesOf(
  subject: RankerResults,
  rivals: readonly RankerResults[],
  { level, resamples, seed }: Pick<ReportConfig, "level" | "resamples" | "seed">,
): readonly RankerOutcome[] {
  const rankers = [subject, ...rivals];
  const names = headlineMetrics(Object.keys(subject.document.metrics));
  const questions = rankers.flatMap((ranker, index) =>
    names
      .filter((metric) => metric in ranker.perUser)
      .flatMap((metric) => [
        { index, metric, kind: "mean" as const, values: ranker.perUser[metric]! },
        ...(index === 0
          ? []
          : [
              { index, metric, kind: "lead" as const, values: less(subject.perUser[metric]!, ranker.perUser[metric]!) },
            ]),
      ]),
  );
  const intervals = bootstrapIntervals(
    questions.map(({ values }) => [values]),
    { level, resamples, seed },
  );
  const intervalOf = (index: number, metric: string, kind: "mean" | "lead") => {
    const found = intervals[questions.findIndex((q) => q.index === index && q.metric === metric && q.kind === kind)];
    return found === undefined ? null : { low: found.low, high: found.high };
  };
  return rankers.map(({ name, document }, index) => ({
    name,
    metrics: Object.fromEntries(
      Object.entries(document.metrics).map(([metric, value]): [string, Estimate] => [
        metric,
        { value, interval: intervalOf(index, metric, "mean") },
      ]),
    ),
    lead: index === 0 ? null : leadsOf(subject.document.metrics, document.metrics, (m) => intervalOf(index, m, "lead")),
    auc: document.auc ?? null,
    beyondAccuracy: document.beyondAccuracy ?? null,
    deciles: document.deciles === undefined ? null : withIntervals(document.deciles, level),
    choice: document.baseline ?? null,
  }));
}

/** HR is a share of hits, so Wilson's interval holds for the few cases of a tenth. */
function withIntervals({ k, userActivity, itemPopularity }: Deciles, level: number): DecilesContent {
  const row = (decile: Deciles["userActivity"][number]): DecileContent => {
    const { HR, cases } = decile;
    return { ...decile, interval: wilsonInterval({ successes: Math.round(HR * cases), of: cases }, level) };
  };
  return { k, userActivity: userActivity.map(row), itemPopularity: itemPopularity.map(row) };
}

function leadsOf(
  own: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
  intervalOf: (metric: string) => Difference["interval"] | null,
): Readonly<Record<string, Difference>> {
  const leads: Record<string, Difference> = {};
  for (const [metric, value] of Object.entries(other)) {
    const interval = intervalOf(metric);
    if (interval !== null && metric in own) leads[metric] = { value: own[metric]! - value, interval };
  }
  return leads;
}

function less(left: Float32Array, right: Float32Array): Float64Array {
  return Float64Array.from(left, (value, user) => value - right[user]!);
}

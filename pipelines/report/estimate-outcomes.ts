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
  const questions: Question[] = rankers.flatMap(({ perUser, catalogue }, index) =>
    names.flatMap((metric) => {
      const mean = { index, metric, kind: "mean" as const, values: perUser[metric] };
      const whole = { index, metric, kind: "catalogue" as const, values: catalogue?.perUser[metric] };
      const own = subject.perUser[metric];
      const lead = index > 0 && own !== undefined && mean.values !== undefined ? less(own, mean.values) : undefined;
      return [mean, whole, { index, metric, kind: "lead" as const, values: lead }].flatMap(({ values, ...question }) =>
        values === undefined ? [] : [{ ...question, values }],
      );
    }),
  );
  const intervals = bootstrapIntervals(
    questions.map(({ values }) => [values]),
    { level, resamples, seed },
  );
  const intervalOf = (index: number, kind: Question["kind"]) => (metric: string) => {
    const found = intervals[questions.findIndex((q) => q.index === index && q.metric === metric && q.kind === kind)];
    return found === undefined ? null : { low: found.low, high: found.high };
  };
  return rankers.map(({ name, document, catalogue }, index) => ({
    name,
    metrics: estimatesOf(document.metrics, intervalOf(index, "mean")),
    lead: index === 0 ? null : leadsOf(subject.document.metrics, document.metrics, intervalOf(index, "lead")),
    catalogue: catalogue === null ? null : estimatesOf(catalogue.metrics, intervalOf(index, "catalogue")),
    validation: index === 0 ? null : (document.validation ?? null),
    auc: document.auc ?? null,
    beyondAccuracy: document.beyondAccuracy ?? null,
    deciles: document.deciles === undefined ? null : withIntervals(document.deciles, level),
    choice: document.baseline ?? null,
  }));
}

interface Question {
  /** Of the ranker. */
  readonly index: number;
  readonly metric: string;
  readonly kind: "mean" | "catalogue" | "lead";
  /** One for each user. */
  readonly values: Float32Array | Float64Array;
}

function estimatesOf(
  metrics: Readonly<Record<string, number>>,
  intervalOf: (metric: string) => Estimate["interval"],
): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(
    Object.entries(metrics).map(([metric, value]) => [metric, { value, interval: intervalOf(metric) }]),
  );
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

/**
 * The ranking metrics by name, once: settings, help texts, logs and reports derive theirs. The formulas:
 * src/evaluation/ranking-metrics.ts.
 */
import { z } from "zod";

interface MetricForms {
  /** Also over the whole list, under its bare name, such as "MRR". */
  readonly hasWholeList: boolean;
  /** Recorded at every cut in each validation, whatever chooses the epoch, and shown first in reports. */
  readonly isHeadline: boolean;
}

/** In the order of files and tables. Each is taken at cuts k, such as "NDCG@10". */
export const metricForms = {
  HR: { hasWholeList: false, isHeadline: true },
  NDCG: { hasWholeList: false, isHeadline: true },
  MRR: { hasWholeList: true, isHeadline: false },
  Recall: { hasWholeList: false, isHeadline: false },
  Precision: { hasWholeList: false, isHeadline: false },
  MAP: { hasWholeList: false, isHeadline: false },
} as const satisfies Readonly<Record<string, MetricForms>>;

export type MetricKind = keyof typeof metricForms;
export type WholeListMetric = {
  [Kind in MetricKind]: (typeof metricForms)[Kind]["hasWholeList"] extends true ? Kind : never;
}[MetricKind];

export const metricKinds = Object.keys(metricForms) as readonly MetricKind[]; // the literal above has no other keys
export const wholeListMetrics = metricKinds.filter((kind): kind is WholeListMetric => metricForms[kind].hasWholeList);
export const headlineKinds = metricKinds.filter((kind) => metricForms[kind].isHeadline);

export const metricWords = `${metricKinds.slice(0, -1).join(", ")} or ${metricKinds.at(-1)} at a cut, such as NDCG@10, or ${wholeListMetrics.join(" or ")}`;

/** A metric as a setting names it, such as "NDCG@10" or "MRR". */
export const metricType = z
  .string()
  .regex(
    new RegExp(`^((${metricKinds.join("|")})@[1-9][0-9]*|${wholeListMetrics.join("|")})$`),
    `expected ${metricWords}`,
  );

/** What chooses epochs and settings unless told. */
export const defaultMetric = "NDCG@10";

/** The k of "NDCG@10"; null for a metric of the whole list. */
export function metricCut(name: string): number | null {
  const [, cut] = name.split("@");
  return cut === undefined ? null : Number(cut);
}

/** `cuts`, and that of `metric` where it has one that they lack. */
export function cutsWith(cuts: readonly number[], metric: string): number[] {
  const cut = metricCut(metric);
  return cut === null ? [...cuts] : [...new Set([...cuts, cut])];
}

/** Whether "HR@5" is a headline metric: at whatever cut. */
export function isHeadlineMetric(name: string): boolean {
  return headlineKinds.some((kind) => name.startsWith(`${kind}@`));
}

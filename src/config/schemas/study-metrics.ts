/** Metrics as a study reports them: under the protocol of its trials, or among the whole catalogue beside it. */
import { z } from "zod";
import { metricType } from "../metric-names.ts";

const CATALOGUE = "full:";

/** Such as "NDCG@10", or "full:NDCG@10": the same ranker, ranked among all items that the user has not seen. */
export const studyMetricType = z.string().superRefine((name, context) => {
  const found = metricType.safeParse(isOfCatalogue(name) ? name.slice(CATALOGUE.length) : name);
  for (const { message } of found.error?.issues ?? []) {
    context.addIssue({ code: "custom", message: `${message}, or one of them with "${CATALOGUE}" before it` });
  }
});

export function isOfCatalogue(name: string): boolean {
  return name.startsWith(CATALOGUE);
}

/** The same values under the names that they have in a study. */
export function namedOfCatalogue<Value>(metrics: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${CATALOGUE}${name}`, value]));
}

/** The metrics that a report shows first, with intervals, charts and tiles. */
import { headlineKinds } from "../../config/metric-names.ts";

/** Those of the headline (HR and NDCG) at the first cut, or the first two there are. */
export function headlineMetrics(metricNames: readonly string[]): readonly string[] {
  const first = (kind: string): string[] => metricNames.filter((name) => name.startsWith(`${kind}@`)).slice(0, 1);
  const wanted = headlineKinds.flatMap(first);
  return wanted.length > 0 ? wanted : metricNames.slice(0, 2);
}

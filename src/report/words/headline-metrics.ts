/** The metrics that a report shows first, with intervals, charts and tiles. */

/** HR and NDCG at the first cut, or the first two there are. */
export function headlineMetrics(metricNames: readonly string[]): readonly string[] {
  const first = (kind: string): string[] => metricNames.filter((name) => name.startsWith(`${kind}@`)).slice(0, 1);
  const wanted = [...first("HR"), ...first("NDCG")];
  return wanted.length > 0 ? wanted : metricNames.slice(0, 2);
}

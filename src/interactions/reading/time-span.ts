/** From when to when a log goes, and whether that can be: times that no shop was open at are no times. */
export interface TimeSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

const LEAST_LIKELY_MS = Date.UTC(1980, 0, 1);
const YEAR_MS = 365.25 * 86_400_000;

/** Null for a log without times. */
export function timeSpan(timesMs: Float64Array | null): TimeSpan | null {
  if (timesMs === null || timesMs.length === 0) return null;
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of timesMs) {
    if (time < firstMs) firstMs = time;
    if (time > lastMs) lastMs = time;
  }
  return { firstMs, lastMs };
}

/** In words: "2020-09-13T12:26:40Z to 2020-09-20T00:00:00Z". */
export function spanText({ firstMs, lastMs }: TimeSpan): string {
  return `${momentText(firstMs)} to ${momentText(lastMs)}`;
}

export function spanWarnings(timesMs: Float64Array | null, unit: string, nowMs: number): string[] {
  const span = timeSpan(timesMs);
  if (timesMs === null || span === null) return [];
  const advice = "as if they were no such numbers; look at --time-column, or leave rows out with --where";
  const warnings: string[] = [];
  const count = (test: (time: number) => boolean): number =>
    timesMs.reduce((sum, time) => sum + (test(time) ? 1 : 0), 0);
  if (span.firstMs < LEAST_LIKELY_MS) {
    const rows = count((time) => time < LEAST_LIKELY_MS);
    warnings.push(
      `read as ${unit}, ${rows} of ${timesMs.length} rows are of before 1980, the first of ${momentText(span.firstMs)}, ${advice}`,
    );
  }
  if (span.lastMs > nowMs + YEAR_MS) {
    const rows = count((time) => time > nowMs + YEAR_MS);
    warnings.push(
      `read as ${unit}, ${rows} of ${timesMs.length} rows are more than a year ahead, the last of ${momentText(span.lastMs)}, ${advice}`,
    );
  }
  return warnings;
}

/** ISO 8601 to the second, or milliseconds where dates do not reach. */
function momentText(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString().replace(/\.000Z$/, "Z")
    : `${milliseconds} ms`;
}

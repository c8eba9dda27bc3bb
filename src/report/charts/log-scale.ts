/** Scales by factors: ends and ticks at 1, 2 or 5 times a power of ten, or at powers alone where there are many. */

const MOST_TICKS = 6;

export interface LogScale {
  readonly type: "log";
  readonly domain: readonly [number, number];
  readonly ticks: number[];
}

/** Values of 0 and below, and null ones, cannot stand on it. Of nothing, it goes from 1 to 10. */
export function logScale(values: readonly (number | null)[]): LogScale {
  const positive = values.filter((value): value is number => value !== null && value > 0);
  const least = positive.length === 0 ? 1 : Math.min(...positive);
  const most = positive.length === 0 ? 10 : Math.max(...positive);
  const steps = roundSteps(least, most);
  const powers = steps.filter((step) => Number.isInteger(Math.log10(step)));
  let ticks = steps.length <= MOST_TICKS || powers.length < 2 ? steps : powers;
  while (ticks.length > MOST_TICKS) ticks = ticks.filter((_, index) => index % 2 === 0);
  return { type: "log", domain: [steps[0]!, steps.at(-1)!], ticks };
}

/** Every 1, 2 and 5 times a power of ten, from the last not above `least` to the first not below `most`. */
function roundSteps(least: number, most: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    for (const digit of [1, 2, 5]) all.push(Number(`${digit}e${power}`));
  }
  const first = all.findLastIndex((step) => step <= least);
  const last = all.findIndex((step) => step >= most);
  // One value alone still needs a scale with two ends.
  return all.slice(Math.max(0, first === last ? first - 1 : first), last < 0 ? undefined : last + 1);
}

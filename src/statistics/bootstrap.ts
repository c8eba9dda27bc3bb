/**
 * Bootstrap intervals of means over users and seeds that are crossed: every seed is measured on every user, so
 * each resample draws users and seeds alike, with replacement (the "pigeonhole" bootstrap, Owen 2007), and
 * takes percentiles (Efron 1979). It errs on the wide side. Every series shares the draws, so intervals are
 * comparable and cost one pass each.
 */
import { quantileSorted } from "simple-statistics";
import { boundedInteger, foldIn, streamKey, threefry } from "../random.ts";

export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
  /** Standard deviation over the resamples. */
  readonly standardError: number;
}

export interface BootstrapOptions {
  /** Such as 0.95. */
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
}

/** [seeds][users]: what each seed gave each user, the users of all series alike. */
export type CrossedValues = readonly ArrayLike<number>[];

/** An interval for each series' mean. O(resamples x total values). */
export function bootstrapIntervals(
  series: readonly CrossedValues[],
  { level, resamples, seed }: BootstrapOptions,
): readonly BootstrapInterval[] {
  const users = series[0]?.[0]?.length ?? 0;
  for (const seeds of series) {
    if (seeds.length === 0 || users === 0) throw new RangeError("bootstrap: a series without values");
    for (const values of seeds) {
      if (values.length !== users) throw new RangeError(`bootstrap: ${values.length} users, expected ${users}`);
    }
  }
  const means = series.map(() => new Float64Array(resamples));
  const times = new Uint16Array(users); // how often each user was drawn
  for (let resample = 0; resample < resamples; resample++) {
    countDraws(times, foldIn(streamKey(seed, "bootstrap/users"), resample));
    const seedKey = foldIn(streamKey(seed, "bootstrap/seeds"), resample);
    for (const [index, seeds] of series.entries()) {
      const drawn = new Uint16Array(seeds.length);
      countDraws(drawn, seedKey);
      let sum = 0;
      for (const [s, values] of seeds.entries()) if (drawn[s]! > 0) sum += drawn[s]! * weightedSum(values, times);
      means[index]![resample] = sum / (users * seeds.length);
    }
  }
  return means.map((values) => intervalOf(values, level));
}

function countDraws(times: Uint16Array, key: ReturnType<typeof foldIn>): void {
  times.fill(0);
  const block = { first: 0, second: 0 };
  for (let draw = 0; draw < times.length; draw += 2) {
    threefry(key, draw, 0, block);
    times[boundedInteger(block.first, times.length)]!++;
    if (draw + 1 < times.length) times[boundedInteger(block.second, times.length)]!++;
  }
}

function weightedSum(values: ArrayLike<number>, times: Uint16Array): number {
  let sum = 0;
  for (let user = 0; user < times.length; user++) sum += times[user]! * values[user]!;
  return sum;
}

function intervalOf(means: Float64Array, level: number): BootstrapInterval {
  let sum = 0;
  for (const value of means) sum += value;
  const center = sum / means.length;
  let squares = 0;
  for (const value of means) squares += (value - center) ** 2;
  const sorted = Array.from(means.sort());
  return {
    low: quantileSorted(sorted, (1 - level) / 2),
    high: quantileSorted(sorted, (1 + level) / 2),
    standardError: Math.sqrt(squares / means.length),
  };
}

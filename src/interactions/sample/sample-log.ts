/**
 * The bundled sample: a seeded log in the form of MovieLens' ratings.dat, from invented users whose tastes are known.
 */
import {
  foldIn,
  makePermutation,
  permute,
  type StreamKey,
  standardNormal,
  streamKey,
  threefry,
  unitInterval,
} from "../../random.ts";
import { type SampleShape, type SampleTaste, SPAN, sampleTaste, seasonOf } from "./sample-taste.ts";
import { activity, visitTimes } from "./visits.ts";

/** The name under which a reader of MovieLens logs finds it. */
export const SAMPLE_LOG_FILE = "ratings.dat";

export interface SampleRow {
  readonly userId: number;
  readonly itemId: number;
  /** 1 to 5. */
  readonly rating: number;
  readonly timestampSeconds: number;
}

/**
 * Rows as in the file: users by id, each user's rows shuffled; no user takes an item twice or two items in one second.
 */
export function sampleLogRows(shape: SampleShape): SampleRow[] {
  const taste = sampleTaste(shape);
  const counts = activity(streamKey(shape.seed, "sample-activity"), { ...shape, least: LEAST_PER_USER });
  const users = Array.from(taste.userIds.keys()).sort((a, b) => taste.userIds[a]! - taste.userIds[b]!);
  return users.flatMap((user) =>
    shuffled(foldIn(streamKey(shape.seed, "sample-file-order"), user), history(taste, user, counts[user]!)),
  );
}

/** The same as lines `user::item::rating::timestamp`. A pure function of `shape`. */
export function sampleLogText(shape: SampleShape): string {
  return sampleLogRows(shape)
    .map((row) => `${row.userId}::${row.itemId}::${row.rating}::${row.timestampSeconds}\n`)
    .join("");
}

const LEAST_PER_USER = 20;

/** One user's interactions, oldest first. */
function history(taste: SampleTaste, user: number, count: number): SampleRow[] {
  const { shape, logWeights } = taste;
  const key = foldIn(streamKey(shape.seed, "sample-choices"), user);
  const block = { first: 0, second: 0 };
  const times = visitTimes(foldIn(streamKey(shape.seed, "sample-times"), user), count, SPAN);
  const taken = new Uint8Array(shape.items);
  const rows: SampleRow[] = [];
  let season = -1;
  let weights: Float64Array = new Float64Array(0);
  for (let draw = 0; draw < count; draw++) {
    const timestampSeconds = times[draw]!;
    if (seasonOf(timestampSeconds) !== season) {
      season = seasonOf(timestampSeconds);
      weights = weightsInSeason(taste, user, season);
    }
    threefry(key, draw, 0, block);
    const item = choose(weights, taken, unitInterval(block.first));
    taken[item] = 1;
    threefry(key, draw, 1, block);
    const liking = 3.4 + 0.25 * (logWeights[user * shape.items + item]! + 7) + 0.8 * standardNormal(block);
    rows.push({
      userId: taste.userIds[user]!,
      itemId: taste.itemIds[item]!,
      rating: Math.min(5, Math.max(1, Math.round(liking))),
      timestampSeconds,
    });
  }
  return rows;
}

function weightsInSeason(
  { shape, logWeights, seasonalLogWeights }: SampleTaste,
  user: number,
  season: number,
): Float64Array {
  const weights = new Float64Array(shape.items);
  for (let item = 0; item < shape.items; item++) {
    weights[item] = Math.exp(logWeights[user * shape.items + item]! + seasonalLogWeights[season * shape.items + item]!);
  }
  return weights;
}

/** The item at `quantile` of the weights of those not taken. */
function choose(weights: Float64Array, taken: Uint8Array, quantile: number): number {
  let total = 0;
  for (let item = 0; item < weights.length; item++) if (taken[item] === 0) total += weights[item]!;
  let left = quantile * total;
  let last = -1;
  for (let item = 0; item < weights.length; item++) {
    if (taken[item] === 1) continue;
    last = item;
    left -= weights[item]!;
    if (left < 0) break;
  }
  return last;
}

function shuffled<T>(key: StreamKey, rows: readonly T[]): T[] {
  const order = makePermutation(key, rows.length);
  return rows.map((_, index) => rows[permute(order, index)]!);
}

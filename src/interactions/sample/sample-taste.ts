/**
 * The invented people and items behind the bundled sample: who likes what, how popular things are, and how that drifts.
 * A user takes item i, among those not yet taken, with probability proportional to
 *   exp(popularity_i + drift_i * time + AFFINITY * <taste_user, character_i>),  time in [-1/2, 1/2] over the span,
 * so the best possible ranking of any candidates is known (sample-log-oracle.ts).
 */
import { makePermutation, permute, type StreamKey, standardNormal, streamKey, threefry } from "../../random.ts";
import type { TimeSpan } from "./visits.ts";

export interface SampleShape {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  /** Met to within one per user. */
  readonly interactions: number;
}

/** The sample that comes with the program; its seed is the dataset's, 42 unless told. */
export const BUNDLED_SAMPLE: SampleShape = { seed: 42, users: 1_000, items: 800, interactions: 60_000 };

/** Two years from 2001-09-09. */
export const SPAN: TimeSpan = { firstSecond: 1_000_000_000, seconds: 2 * 365 * 86_400 };

/** Time is cut into seasons, so that a season's drift is computed once. */
const SEASONS = 64;
const TASTE_DIMENSIONS = 6;
/**
 * Standard deviation of the personal part of the log-weights. With the Zipf law it decides what can be reached:
 * popularity alone has HR@10 of about .42 against 99 negatives, the best possible ranker .80.
 */
const AFFINITY = 3;
const ZIPF_EXPONENT = 2.2;
const ZIPF_OFFSET = 20;
const DRIFT_DEVIATION = 0.8;

export interface SampleTaste {
  readonly shape: SampleShape;
  /** [users] raw ids: shuffled, with gaps. */
  readonly userIds: Uint32Array;
  /** [items] */
  readonly itemIds: Uint32Array;
  /** [users, items] log-weights at mid-span, row-major. */
  readonly logWeights: Float64Array;
  /** [SEASONS, items] what a season adds to them. */
  readonly seasonalLogWeights: Float64Array;
}

export function sampleTaste(shape: SampleShape): SampleTaste {
  const { seed, users, items } = shape;
  const tastes = normals(streamKey(seed, "sample-tastes"), users * TASTE_DIMENSIONS); // [users, TASTE_DIMENSIONS]
  // [items, TASTE_DIMENSIONS].
  const characters = normals(streamKey(seed, "sample-characters"), items * TASTE_DIMENSIONS);
  const popularity = zipfLogWeights(streamKey(seed, "sample-popularity"), items);
  const drift = normals(streamKey(seed, "sample-drift"), items);

  const logWeights = new Float64Array(users * items);
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      let affinity = 0;
      for (let k = 0; k < TASTE_DIMENSIONS; k++) {
        affinity += tastes[user * TASTE_DIMENSIONS + k]! * characters[item * TASTE_DIMENSIONS + k]!;
      }
      // A product of two standard normal vectors has variance TASTE_DIMENSIONS.
      logWeights[user * items + item] = popularity[item]! + (AFFINITY / Math.sqrt(TASTE_DIMENSIONS)) * affinity;
    }
  }

  const seasonalLogWeights = new Float64Array(SEASONS * items);
  for (let season = 0; season < SEASONS; season++) {
    const time = (season + 0.5) / SEASONS - 0.5;
    for (let item = 0; item < items; item++) {
      seasonalLogWeights[season * items + item] = DRIFT_DEVIATION * drift[item]! * time;
    }
  }
  return {
    shape,
    userIds: rawIds(streamKey(seed, "sample-user-ids"), users),
    itemIds: rawIds(streamKey(seed, "sample-item-ids"), items),
    logWeights,
    seasonalLogWeights,
  };
}

export function seasonOf(timestampSeconds: number): number {
  const season = Math.floor(((timestampSeconds - SPAN.firstSecond) / SPAN.seconds) * SEASONS);
  return Math.min(SEASONS - 1, Math.max(0, season));
}

function normals(key: StreamKey, count: number): Float64Array {
  const block = { first: 0, second: 0 };
  const values = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    threefry(key, k, 0, block);
    values[k] = standardNormal(block);
  }
  return values;
}

/** Zipf and Mandelbrot's law, (rank + offset)^-exponent, dealt to the items in random order. */
function zipfLogWeights(key: StreamKey, items: number): Float64Array {
  const order = makePermutation(key, items);
  const weights = new Float64Array(items);
  for (let rank = 0; rank < items; rank++) {
    weights[permute(order, rank)] = -ZIPF_EXPONENT * Math.log(rank + ZIPF_OFFSET);
  }
  return weights;
}

/** Distinct ids from 1 in no order, three in four of the range unused, as in a log that was filtered. */
function rawIds(key: StreamKey, count: number): Uint32Array {
  const order = makePermutation(key, 4 * count);
  return Uint32Array.from({ length: count }, (_, index) => 1 + permute(order, index));
}

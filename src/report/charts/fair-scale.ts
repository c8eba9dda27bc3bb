/**
 * A scale for what is worth telling apart: one value far from all others would press them into a point, so it is set
 * aside, and the chart names it at its edge with its value.
 */
import * as Plot from "@observablehq/plot";

export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface FairScale {
  /** Of those that share the scale. */
  readonly domain: readonly [number, number];
  /** Indices of the spans that lie beyond its ends. */
  readonly below: readonly number[];
  readonly above: readonly number[];
}

/** The rest must gain this factor of room for one to be set aside. */
const GAIN = 3;

/**
 * The farthest spans are set aside, as few as leave the others in less than a third of the room, and again from there.
 * At least `fewest` stay: two thirds of all, and two at least, unless given. Values that must stay in sight, such as 0
 * for differences, are `kept`. Of nothing, 0 to 1.
 */
export function fairScale(
  spans: readonly Span[],
  {
    kept = [],
    fewest = Math.max(2, Math.ceil((2 * spans.length) / 3)),
  }: { kept?: readonly number[]; fewest?: number } = {},
): FairScale {
  const fixed = kept.map((value) => ({ low: value, high: value }));
  let inside = spans.map((_, index) => index);
  const below: number[] = [];
  const above: number[] = [];
  const roomOf = (indices: readonly number[]) => extent([...indices.map((index) => spans[index]!), ...fixed]);
  for (let peeled = inside, room = size(roomOf(inside)); peeled.length > fewest; ) {
    const lowest = peeled.reduce((best, k) => (spans[k]!.low < spans[best]!.low ? k : best));
    const highest = peeled.reduce((best, k) => (spans[k]!.high > spans[best]!.high ? k : best));
    const [withoutLowest, withoutHighest] = [lowest, highest].map((out) => peeled.filter((k) => k !== out));
    peeled = size(roomOf(withoutLowest!)) <= size(roomOf(withoutHighest!)) ? withoutLowest! : withoutHighest!;
    if (GAIN * size(roomOf(peeled)) >= room) continue;
    const [low] = roomOf(peeled);
    for (const k of inside.filter((index) => !peeled.includes(index))) (spans[k]!.low < low ? below : above).push(k);
    inside = peeled;
    room = size(roomOf(inside));
  }
  return { domain: inside.length + fixed.length === 0 ? [0, 1] : roomOf(inside), below, above };
}

function extent(spans: readonly Span[]): readonly [number, number] {
  return [Math.min(...spans.map(({ low }) => low)), Math.max(...spans.map(({ high }) => high))];
}

/** Of nothing, 0. */
function size([low, high]: readonly [number, number]): number {
  return Math.max(0, high - low);
}

/** The domain moved out to round ends, such as those of about five ticks; with two ends where it has one value. */
export function roundEnds([low, high]: readonly [number, number]): readonly [number, number] {
  const aside = low === high ? Math.abs(low) / 10 || 1 : 0;
  const [start, end] = Plot.scale({ y: { type: "linear", domain: [low - aside, high + aside], nice: 5 } }).domain!;
  return [Number(start), Number(end)];
}

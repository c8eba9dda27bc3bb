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

/** The rest must gain this factor of room for some to be set aside. */
const GAIN = 3;
/** One that widens the room of the rest by no more than this factor is taken back. */
const CHEAP = 1.5;

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
  }: { readonly kept?: readonly number[]; readonly fewest?: number } = {},
): FairScale {
  const fixed = kept.map((value) => ({ low: value, high: value }));
  const roomOf = (indices: readonly number[]) => extent([...indices.map((index) => spans[index]!), ...fixed]);
  const order = farthestFirst(spans, roomOf);
  let inside = order;
  for (let out = 1; order.length - out >= fewest; out++) {
    const rest = order.slice(out);
    if (GAIN * size(roomOf(rest)) < size(roomOf(inside))) inside = rest;
  }
  for (const index of order.slice(0, order.length - inside.length).reverse()) {
    const wider = [...inside, index];
    if (size(roomOf(wider)) <= CHEAP * size(roomOf(inside))) inside = wider;
  }
  const [low] = roomOf(inside);
  const aside = spans.map((_, index) => index).filter((index) => !inside.includes(index));
  return {
    domain: inside.length + fixed.length === 0 ? [0, 1] : roomOf(inside),
    below: aside.filter((index) => spans[index]!.low < low),
    above: aside.filter((index) => spans[index]!.low >= low),
  };
}

/** Indices in the order in which leaving one out, lowest or highest, narrows the rest the most. */
function farthestFirst(
  spans: readonly Span[],
  roomOf: (indices: readonly number[]) => readonly [number, number],
): readonly number[] {
  const order: number[] = [];
  let rest = spans.map((_, index) => index);
  while (rest.length > 0) {
    const lowest = rest.reduce((best, k) => (spans[k]!.low < spans[best]!.low ? k : best));
    const highest = rest.reduce((best, k) => (spans[k]!.high > spans[best]!.high ? k : best));
    const [withoutLowest, withoutHighest] = [lowest, highest].map((out) => rest.filter((k) => k !== out));
    const isLowest = size(roomOf(withoutLowest!)) <= size(roomOf(withoutHighest!));
    order.push(isLowest ? lowest : highest);
    rest = isLowest ? withoutLowest! : withoutHighest!;
  }
  return order;
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

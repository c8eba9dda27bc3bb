/**
 * The least of a smooth function of a few hundred numbers: L-BFGS (Liu & Nocedal 1989) with steps halved until they
 * descend enough (Armijo). No chance in it: the same function gives the same bits.
 */

/** Writes the gradient at `x` to `gradient` and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

export interface MinimizeOptions {
  /** Ends where the gradient's norm is at most this share of the one at the start. */
  readonly tolerance: number;
  readonly mostIterations: number;
  /** Makes of a gradient, in place, what the inverse of the curvature at the start makes of it, or nearly so. */
  readonly precondition: (gradient: Float64Array) => void;
}

const MEMORY = 10;
const SUFFICIENT_DESCENT = 1e-4;
/** 2^-30 of a step: what does not descend by then is at the end of its precision. */
const MOST_HALVINGS = 30;

export function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance, mostIterations, precondition }: MinimizeOptions,
): Minimum {
  let x = start; // read alone
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  const enough = tolerance * norm(gradient);
  const pairs: CurvaturePair[] = [];
  let iterations = 0;
  while (iterations < mostIterations && norm(gradient) > enough) {
    const direction = descentOf(gradient, pairs, precondition);
    const slope = dot(direction, gradient);
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let step = 1;
    let nextValue = Number.NaN;
    let halvings = 0;
    for (; halvings <= MOST_HALVINGS; halvings++, step /= 2) {
      for (let i = 0; i < x.length; i++) next[i] = x[i]! + step * direction[i]!;
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + SUFFICIENT_DESCENT * step * slope) break;
    }
    if (halvings > MOST_HALVINGS) break;
    remember(pairs, { x, gradient }, { x: next, gradient: nextGradient });
    [x, gradient, value] = [next, nextGradient, nextValue];
    iterations++;
  }
  return { x: x === start ? start.slice() : x, value, iterations };
}

/** What a step changed: s = x' - x, y = g' - g, and s y. */
interface CurvaturePair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly curvature: number;
}

interface Point {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
}

/** Pairs without curvature, as where a ReLU turns, would make the next direction no descent; they are passed over. */
function remember(pairs: CurvaturePair[], from: Point, to: Point): void {
  const s = to.x.map((value, i) => value - from.x[i]!);
  const y = to.gradient.map((value, i) => value - from.gradient[i]!);
  const curvature = dot(s, y);
  if (!(curvature > 1e-12 * dot(y, y))) return;
  if (pairs.length === MEMORY) pairs.shift();
  pairs.push({ s, y, curvature });
}

/** -H g by the two-loop recursion (Nocedal 1980), begun with the preconditioner. */
function descentOf(
  gradient: Float64Array,
  pairs: readonly CurvaturePair[],
  precondition: MinimizeOptions["precondition"],
): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, curvature } = pairs[k]!;
    shares[k] = dot(s, direction) / curvature;
    addScaled(direction, y, -shares[k]!);
  }
  precondition(direction);
  for (let k = 0; k < pairs.length; k++) {
    const { s, y, curvature } = pairs[k]!;
    addScaled(direction, s, shares[k]! - dot(y, direction) / curvature);
  }
  return direction;
}

function addScaled(into: Float64Array, values: Float64Array, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i]! += scale * values[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

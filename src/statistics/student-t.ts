/** Probabilities of Student's t distribution, of any number of degrees of freedom above 0, whole or not. */

const MOST_STEPS = 500;
const PRECISION = 1e-15;

/** P(T >= t). Relative error about 1e-12. */
export function upperTail(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0)) throw new RangeError(`Student's t: ${degreesOfFreedom} degrees of freedom`);
  if (!Number.isFinite(degreesOfFreedom)) throw new RangeError("Student's t: infinite degrees of freedom");
  // DLMF 8.17.21 with a = degrees / 2, b = 1/2: both tails together.
  const both = betaShare(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
  return t >= 0 ? both / 2 : 1 - both / 2;
}

/** P(|T| >= |t|). */
export function twoSidedT(t: number, degreesOfFreedom: number): number {
  return Math.min(1, 2 * upperTail(Math.abs(t), degreesOfFreedom));
}

/** The regularised incomplete beta function I_x(a, b), from its continued fraction (DLMF 8.17.22). */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a); // converges fast below, DLMF 8.17.4
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a),
  );
  return front / continuedFraction(x, a, b);
}

/** 1 + d1 / (1 + d2 / (1 + ...)), by Lentz's method: numerators and denominators as ratios. */
function continuedFraction(x: number, a: number, b: number): number {
  let [value, numerator, denominator] = [1, 1, 0];
  for (let step = 1; step <= MOST_STEPS; step++) {
    const m = Math.floor(step / 2);
    const d =
      step % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    denominator = 1 / (1 + d * denominator);
    numerator = 1 + d / numerator;
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) < PRECISION) return value;
  }
  throw new RangeError(`incomplete beta function of ${x}, ${a}, ${b} does not settle`);
}

/** ln of the gamma function of x > 0: Stirling's series from 10 on, reached by x gamma(x) = gamma(x + 1). */
function logGamma(x: number): number {
  let [shift, at] = [0, x];
  for (; at < 10; at++) shift += Math.log(at);
  const square = 1 / (at * at);
  // B_2k / (2k (2k - 1)), DLMF 5.11.1.
  const series =
    (1 / at) *
    (1 / 12 +
      square *
        (-1 / 360 + square * (1 / 1260 + square * (-1 / 1680 + square * (1 / 1188 - (square * 691) / 360_360)))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
